// What this repository is built, tested and shown with needs more than the package that comes of it, which `engines` of
// package.json tells. Importing this ends a process that would fail later and say something else.
const NEEDED = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `this repository needs Node.js ${NEEDED.join('.')} or newer, got ${process.versions.node}: ` +
      'take the one of .nvmrc, or begin the command with `npx -p node@22`',
  );
  process.exit(1);
}
