import { readFileSync } from 'node:fs';
import { type IConstruct } from 'constructs';
import { utf8 } from '../../contract/text';
import { content, record, requireArgument, text } from '../core/arguments';
import { jsonOf } from '../provider/references';

/**
 * The recipe of a package version: a job document that AWS IoT stores with the version. A job on the version then needs
 * no document of its own. A recipe can have at most 3,072 characters.
 *
 * @example
 * import { JobRecipe, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * firmware.addVersion('V2', {
 *   versionName: '2.0.0',
 *   attributes: { signing: 'ed25519' },
 *   recipe: JobRecipe.fromObject({
 *     operation: 'install',
 *     signing: '${aws:iot:package:brake-ecu:version:2.0.0:attributes:signing}',
 *   }),
 * });
 */
export abstract class JobRecipe {
  /**
   * A recipe from an object, which is written as JSON. It can hold tokens anywhere.
   *
   * @param document the job document
   */
  public static fromObject(document: { [key: string]: unknown }): JobRecipe {
    requireArgument(
      'JobRecipe.fromObject',
      document,
      record('a job document as an object', 'one, or give text to JobRecipe.fromString'),
    );
    return new RenderedRecipe(scope => jsonOf(scope, document));
  }

  /**
   * A recipe as it is.
   *
   * @param document the job document's text
   */
  public static fromString(document: string): JobRecipe {
    requireArgument('JobRecipe.fromString', document, content('the text of a job document', 'it as JSON'));
    return new RenderedRecipe(() => document);
  }

  /**
   * A recipe from a UTF-8 file, with or without a BOM, read at synthesis.
   *
   * @param path path of the file, relative to the working directory
   */
  public static fromFile(path: string): JobRecipe {
    requireArgument('JobRecipe.fromFile', path, text('the path of a file', "one such as 'recipes/install.json'"));
    return new RenderedRecipe(() => utf8(readFileSync(path), 'a recipe', path));
  }

  /**
   * The text of the recipe.
   *
   * @param scope the version that it is for
   */
  public abstract render(scope: IConstruct): string;
}

class RenderedRecipe extends JobRecipe {
  constructor(private readonly produce: (scope: IConstruct) => string) {
    super();
  }

  public render(scope: IConstruct): string {
    return this.produce(scope);
  }
}
