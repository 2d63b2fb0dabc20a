import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';

export interface Documented {
  readonly name: string;
  readonly docs?: {
    readonly summary?: string;
    readonly default?: string;
    readonly example?: string;
    readonly custom?: Record<string, string>;
  };
}

export interface Reference {
  readonly fqn?: string;
  readonly primitive?: string;
  readonly collection?: { readonly elementtype: Reference };
}

export interface Member extends Documented {
  readonly immutable?: boolean;
  readonly optional?: boolean;
  readonly overrides?: string;
  readonly static?: boolean;
  readonly type?: Reference;
  readonly parameters?: Member[];
  readonly returns?: { readonly type: Reference };
}

export interface Type extends Documented {
  readonly kind: 'class' | 'interface' | 'enum';
  readonly fqn: string;
  readonly abstract?: boolean;
  readonly base?: string;
  readonly interfaces?: string[];
  readonly datatype?: boolean;
  readonly properties?: Member[];
  readonly methods?: Member[];
  readonly members?: Documented[];
  readonly initializer?: { readonly parameters?: Member[]; readonly protected?: boolean };
}

requireFresh(['constructs']);

/** What jsii knows of the library: what the other languages get. */
export const assembly = JSON.parse(readFileSync(join(__dirname, '../../.jsii'), 'utf8'));
export const types: Type[] = Object.values(assembly.types);
export const structs = types.filter(type => type.datatype);
export const classes = types.filter(({ kind }) => kind === 'class');
