import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { openStore } from '../../../database/store.ts'
import type { Store } from '../../../database/store.ts'
import { dataDirectory } from '../../../files/data-folder.ts'
import {
  checkClusterRemovable,
  checkStoppable,
  removeTargetWithCluster,
  stopTargetCluster,
} from '../../../remote/end-cluster.ts'
import type { SkyOptions } from '../../../remote/sky.ts'
import { say, StatusLine } from '../../support/output.ts'

interface Options {
  dataDir: string | undefined
  yes: boolean
}

/** `target stop`. @throws FlowerbedError `bad-input` without --yes */
export async function stopCluster(name: string, options: Options): Promise<void> {
  await endCluster(options, async (store, sky) => {
    checkStoppable(store, name)
    say(`The machine of ${name} is stopped. Its disk stays, and costs money until the machine is deleted.`)
    sky.confirm()
    await stopTargetCluster(store, name, sky)
    say(`Stopped. The next run on ${name} starts it again.`)
  })
}

/** `target remove --cluster`. @throws FlowerbedError `bad-input` without --yes */
export async function removeCluster(name: string, options: Options): Promise<void> {
  await endCluster(options, async (store, sky) => {
    checkClusterRemovable(store, name)
    say(
      `The machine of ${name} is deleted with all that lies there: images that were sent, and of runs what has not arrived here. It costs nothing afterwards.`,
    )
    sky.confirm()
    await removeTargetWithCluster(store, name, sky)
    say(`Removed ${name} and its machine.`)
  })
}

async function endCluster(
  { dataDir, yes }: Options,
  work: (store: Store, sky: SkyOptions & { confirm: () => void }) => Promise<void>,
): Promise<void> {
  const store = openStore(dataDirectory(dataDir))
  const line = new StatusLine()
  const confirm = () => {
    if (!yes) throw new FlowerbedError('bad-input', errorText('sky.unconfirmed'))
  }
  try {
    await work(store, { confirm, onLine: (text) => line.show(text) })
  } finally {
    line.end()
    store.close()
  }
}
