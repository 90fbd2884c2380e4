"""What K.I.T. can do: one typed async function per capability, behind one door."""
