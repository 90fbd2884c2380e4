// Holds values against schemas of Discord's published API: one JSON line in, one out.
// In: {"schemas": [names], "value": anything}. Out: the problems under the schema that fits best, [] when one fits.
import { createInterface } from "node:readline";
import * as schemas from "discord-api-spec/zod";

const problems = (name, value) => {
  const schema = schemas[`${name}Schema`];
  if (schema === undefined) return [`there is no ${name}`];
  const read = schema.safeParse(value);
  if (!read.success) {
    return read.error.issues.map((issue) => `${name} at ${issue.path.join(".")}: ${JSON.stringify(issue)}`);
  }
  return unknown(value, read.data, name);
};

// The schemas drop what they do not know, so whatever is missing afterwards should not have been there.
const unknown = (value, known, path) => {
  if (Array.isArray(value)) return value.flatMap((each, index) => unknown(each, known[index], `${path}.${index}`));
  if (value === null || typeof value !== "object") return [];
  return Object.keys(value).flatMap((key) =>
    key in known ? unknown(value[key], known[key], `${path}.${key}`) : [`${path} has no ${key}`],
  );
};

// RFC 3339 gives UTC two spellings; Discord writes one, and what was generated takes the other alone.
const spelled = (key, value) => (typeof value === "string" ? value.replace(/\+00:00$/, "Z") : value);

for await (const line of createInterface({ input: process.stdin })) {
  const { schemas: names, value } = JSON.parse(line, spelled);
  const tried = names.map((name) => problems(name, value));
  const best = tried.reduce((least, each) => (each.length < least.length ? each : least));
  process.stdout.write(`${JSON.stringify(best)}\n`);
}
