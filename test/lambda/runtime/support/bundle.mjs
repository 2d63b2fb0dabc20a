// Bundles an entry as the handlers are bundled: node bundle.mjs <entry> <outfile>
import { build } from 'esbuild';
import { bundleOptions } from '../../../../scripts/bundle.mjs';

const [entry, outfile] = process.argv.slice(2);
await build({ ...bundleOptions('iot'), entryPoints: [entry], outfile });
