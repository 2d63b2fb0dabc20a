// documented: user guide, eb-create-pattern-operators
/** What a text with `*` for any characters matches. */
export const wildcard = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
