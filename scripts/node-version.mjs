// To build, test and demonstrate this repository, more is needed than for the package, whose needs are in `engines` of
// package.json. An import of this file ends a process that would fail later with another message.
const NEEDED = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `this repository needs Node.js ${NEEDED.join('.')} or newer, got ${process.versions.node}: ` +
      'take the one of .nvmrc, or begin the command with `npx -p node@22`',
  );
  process.exit(1);
}
