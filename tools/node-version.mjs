/**
 * Imported first by every command, and written so that old versions of Node can read it too. The
 * program itself runs on the Node that the set-up installs; this one only has to get that far.
 */
const oldest = 20;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `Flixcheck Connect needs Node ${oldest} or newer, and this is Node ${process.versions.node}: ` +
      'install a current version from https://nodejs.org and run the command again.\n',
  );
  process.exit(1);
}
