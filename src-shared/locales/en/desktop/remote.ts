/** What becomes of runs on targets: one sentence in the window, and one line of the command line. */
export const remoteTexts = {
  'remote.connecting': 'Connecting to {target}',
  'remote.sending.program': 'Installing Flowerbed on {target}',
  'remote.sending.dataset': 'Sending the images to {target}',
  'remote.sending.checkpoint': 'Sending the checkpoint to {target}',
  'remote.share': '{percent} %',
  'remote.timeLeft': 'about {time} to go',
  'remote.starting': 'Starting on {target}',
  'remote.queued': 'Waits in the queue of {target}: {reason}',
  'remote.ahead': { one: '{count} job ahead', other: '{count} jobs ahead' },
  'remote.training': 'Training on {node}',
  'remote.trainingAt': 'Training on {node} ({target})',
  'remote.unreachable': '{target} has not been reached since {time}',
  'remote.goesOn': 'goes on there',
  'remote.notSent': 'not started there yet',
  'remote.storing': 'Waits until there is room here ({reason})',
  'remote.wish.pause': 'pauses as soon as it is reached',
  'remote.wish.stop': 'stops as soon as it is reached',
  'quit.elsewhere': {
    one: '{count} run on another machine goes on there, and is followed again when Flowerbed is opened.',
    other: '{count} runs on other machines go on there, and are followed again when Flowerbed is opened.',
  },
} as const
