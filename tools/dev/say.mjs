/** One line of the tool's own among those of the program; Nx puts the project's name in front. */
export function makeSay(name) {
  const usesColour = process.stdout.isTTY || process.env.FORCE_COLOR === '1';
  return (text) => {
    const line = `● ${name} ${text}`;
    process.stdout.write(usesColour ? `\x1b[1m${line}\x1b[0m\n` : `${line}\n`);
  };
}

/** A database that ends says the same for each of its connections. */
export function withoutRepeats(say) {
  let last;
  return (text) => {
    if (text !== last) say(text);
    last = text;
  };
}
