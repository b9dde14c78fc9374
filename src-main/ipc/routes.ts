import { appRoutes } from './app-routes.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { samplingRoutes } from './sampling-routes.ts'
import { experimentRoutes } from './experiment-routes.ts'
import type { Routes } from './router.ts'
import { runRoutes } from './run-routes.ts'
import { runtimeRoutes } from './tensorflow-routes.ts'
import type { Services } from './services.ts'

/** Everything the window may ask for. */
export function allRoutes(services: Services): Routes {
  return {
    ...appRoutes(services),
    ...datasetRoutes(services),
    ...runRoutes(services),
    ...experimentRoutes(services),
    ...samplingRoutes(services),
    ...runtimeRoutes(services),
  }
}
