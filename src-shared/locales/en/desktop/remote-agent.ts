/** What the agent on a target says of the job that trains a run. */
export const remoteAgentTexts = {
  'agent.restarted': 'The machine was restarted.',
  'agent.processEnded': 'The process ended without a word: it was killed, or memory ran out.',
  'agent.silent': 'The machine that trained it, {node}, has given no sign of life for {minutes} minutes.',
  'agent.resumesEarlier':
    'The checkpoint of step {step} cannot be read ({reason}), so training resumes from the one before it.',
} as const
