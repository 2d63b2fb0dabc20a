// Bundles an entry as the handlers are bundled: node bundle.mjs <entry> <outfile>
import { bundle } from '../../../../scripts/bundle.mjs';

const [entry, outfile] = process.argv.slice(2);
await bundle(entry, outfile);
