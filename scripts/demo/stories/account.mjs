// The story of an account of one's own: what the service's documentation leaves open is tried, here on another local AWS.
import { requireSaid } from '../report.mjs';
import { COMMAND_LINE, ask } from '../stage.mjs';

export const accountSteps = stage => [
  {
    title: 'An account of your own: what no documentation settles is tried, and all that this makes is removed',
    play: () => verify(stage),
  },
];

async function verify(stage) {
  const command = ['verify', '--yes', '--report', `${stage.folder}/report.json`];
  const shown = ['local', '--', 'npx', 'cdk-versioned-artifacts', 'verify', '--yes'];
  const ended = await ask(stage, shown, { run: ['local', '--', process.execPath, COMMAND_LINE, ...command] });
  requireSaid('verify', ended, [/observed/]);
}
