import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/**
 * The definition of a schema version, in the data format of its schema: AVRO, JSON or PROTOBUF. At most 170,000
 * characters. Above 16 KB it does not stand in the template but is uploaded as a CDK asset.
 */
export abstract class SchemaDefinition {
  /**
   * A definition from a UTF-8 file, read at synthesis.
   *
   * @param path path of the file, relative to the working directory
   */
  public static fromFile(path: string): SchemaDefinition {
    return new RenderedDefinition(() => readFileSync(path, 'utf8'));
  }

  /**
   * A definition as it is.
   *
   * @param definition the definition's text
   */
  public static fromString(definition: string): SchemaDefinition {
    return new RenderedDefinition(() => definition);
  }

  /**
   * A definition from an object, which is written as JSON: for AVRO and JSON. Tokens may stand anywhere in it.
   *
   * @param definition the definition
   */
  public static fromObject(definition: { [key: string]: unknown }): SchemaDefinition {
    return new RenderedDefinition(scope => Stack.of(scope).toJsonString(definition));
  }

  /**
   * The text of the definition.
   *
   * @param scope the version that it is for
   */
  public abstract render(scope: IConstruct): string;
}

class RenderedDefinition extends SchemaDefinition {
  constructor(private readonly produce: (scope: IConstruct) => string) {
    super();
  }

  public render(scope: IConstruct): string {
    return this.produce(scope);
  }
}
