// The licenses of the packages in the handler bundles, in the form that their texts require.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

/** Licenses that allow a distribution in a bundle under Apache-2.0. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The folders of the packages of which a bundle contains at least a byte, from esbuild's metafile. */
function packagesOf({ outputs }) {
  const held = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const folders = held.map(([file]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter(Boolean))].sort();
}

/** The name, version, license and texts of a package. Throws if it cannot be distributed. */
function licenseOf(folder, allowed = ALLOWED) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!allowed.includes(license)) {
    throw new Error(`the bundles hold ${name} under ${license}, expected one of ${allowed.join(', ')}: leave it out`);
  }
  const texts = readdirSync(folder)
    .filter(file => /^(licen[cs]e|notice)(\.|$)/i.test(file))
    .sort()
    .map(file => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  if (texts.length === 0) throw new Error(`the bundles hold ${name}, which has no text of its license: leave it out`);
  return { name, version, license, text: texts.join('\n\n') };
}

/** The document. Packages with the same text are together above it. `whole` begins its first sentence. */
function thirdPartyLicenses(folders, whole = 'The handlers of cdk-versioned-artifacts hold') {
  const byText = new Map();
  for (const { name, version, license, text } of [...new Set(folders)].sort().map(folder => licenseOf(folder))) {
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const line = '-'.repeat(80);
  const parts = [...byText].map(([text, names]) => `${line}\n\n${[...new Set(names)].join('\n')}\n\n${text}\n`);
  return `${whole} parts of these packages.\n\n${parts.join('\n')}`;
}

module.exports = { ALLOWED, licenseOf, packagesOf, thirdPartyLicenses };
