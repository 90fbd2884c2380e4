// What the JavaScript sample imports: a client of the balance alone, at the address in CRACKTRADER_URL.
export default class CrackTrader {
  constructor({ apiKey }) {
    this.key = apiKey;
  }

  async getBalance() {
    const url = `${process.env.CRACKTRADER_URL}/api/account/balance`;
    const response = await fetch(url, { headers: { "X-API-Key": this.key } });
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
  }
}
