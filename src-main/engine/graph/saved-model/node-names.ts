/** The names of a program's nodes and outputs in its SavedModel that are fed or fetched. */

export const assignedOutput = (name: string) => `state/${name}/assigned:0`
export const valueOutput = (name: string) => `state/${name}/value:0`
export const initFeed = (name: string) => `state/${name}/init:0`
/** The placeholder of a feed, or of its values of all iterations, stacked. */
export const givenFeed = (name: string) => `feeds/${name}`
/** The node of a state's resource variable. */
export const stateHandle = (name: string) => `state/${name}`
/** The same inside a loop. */
export const loopHandle = (name: string) => `state/${name}/loop`
export const fetchOutput = (name: string) => `fetch/${name}:0`
/** A number that can be fetched when everything has been computed and the state replaced. */
export const doneOutput = 'done:0'
/** The node of a fetch, or of `done`, that XLA computes. */
export const fusedNode = (node: string) => `fused/${node}`
