import { OutOfTime } from '../../sweep/pace';
import { SweepRefused } from '../../sweep/source';
import { type IotGateway } from '../gateway';

const PACKAGE_SHADOW = '$package';

/**
 * What devices report about a package, from the fleet index. If the index cannot be queried, nothing must be removed.
 */
export class DeviceReports {
  private checked: Promise<void> | undefined;

  constructor(
    private readonly packageName: string,
    private readonly gateway: IotGateway,
  ) {}

  /** Whether a device reports a version. Throws `SweepRefused` if the index cannot tell. */
  async show(versionName: string): Promise<boolean> {
    await (this.checked ??= this.check());
    // a hyphen in a field's name would exclude what follows.
    const field = this.packageName.replace(/-/g, '\\-');
    const query = `shadow.name.${PACKAGE_SHADOW}.reported.${field}.version:"${versionName}"`;
    return orRefuse(`the fleet index cannot be queried whether a device runs ${versionName}`, () =>
      this.gateway.findsAnything(query),
    );
  }

  private async check(): Promise<void> {
    const what = 'the configuration of fleet indexing cannot be read';
    const { thingIndexingConfiguration: things } = await orRefuse(what, () => this.gateway.indexing());
    const isOn = things?.namedShadowIndexingMode === 'ON' && things.filter?.namedShadowNames?.includes(PACKAGE_SHADOW);
    if (isOn) return;
    throw new SweepRefused(
      'protectOnDevices needs the reports of devices in the fleet index, got an index without them: switch the indexing of ' +
        `named shadows on, with ${PACKAGE_SHADOW} in its filter, or set protectOnDevices to false`,
    );
  }
}

async function orRefuse<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
    const { name, message } = error as Error;
    throw new SweepRefused(`${what}: ${name}: ${message}`);
  }
}
