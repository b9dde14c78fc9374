/** Notices in the window and notifications of the system. */
export const noticeTexts = {
  'notice.fault': 'Something went wrong ({what}): {message}',
  'notice.faultHint':
    'Flowerbed keeps running, and what is on disk is safe. The log in the data folder says more.',
  'notice.engineSilent': 'The engine has not answered for two minutes.',
  'notice.engineSilentHint':
    'Very large settings can take that long. If it stays silent, quit and choose a smaller width.',
  'notice.cannotResume': '“{name}” cannot resume: {message}',
  'notice.crashedOften': 'The engine ended {times} times within five minutes, so “{name}” waits.',
  'notice.lostOften':
    '“{name}” was lost on {target} {times} times within five minutes, so it waits. The last time: {reason}',
  'notice.lostThere': '“{name}” was lost on {target}: {reason}',
  'notice.lostOftenSafe': 'Its checkpoints are kept. Resume it once the cause is removed.',
  'notice.lostOftenHint': 'Resume it once the cause is removed.',
  'notice.crashedOftenSafe':
    'Its checkpoints are kept. Try a smaller width or fewer images per step; see Settings → About.',
  'notice.crashedOftenHint': 'Try a smaller width or fewer images per step; see Settings → About.',
  'notice.crashed': 'The engine ended unexpectedly while “{name}” was training.',
  'notice.resumes': 'It resumes from its last checkpoint.',
  'notice.startsAgain': 'There was no checkpoint yet, so it starts again.',
  'notice.queueGoesOn': 'The queue goes on with “{name}”.',
  'notice.unreadable': 'The history holds what this version cannot read, so it is left out: {counts}.',
  'notice.unreadableHint':
    'Their files and everything else are untouched. If a newer Flowerbed wrote them, update this one; the log in the data folder names them.',
  'notice.unreadable.run': { one: '{count} run', other: '{count} runs' },
  'notice.unreadable.dataset': { one: '{count} dataset', other: '{count} datasets' },
  'notice.unreadable.experiment': { one: '{count} experiment', other: '{count} experiments' },
  'notice.stored': 'What waited to be stored is in the history now.',
  'notice.historyBusy': 'The history is in use by another program.',
  'notice.historyUnwritable': 'The history of runs cannot be written: {reason}',
  'notice.pausedUnstored':
    'Training is paused, and what is not stored yet waits in memory. Make room on the disk of the data folder, then resume the run; do not quit before.',
  'notice.runDeleted': 'The run in training was deleted by another program, so its training has ended.',
  'notice.othersKept': 'Other runs are as they were.',
  'notification.finished': '“{name}”: training finished',
  'notification.stopped': '“{name}” has stopped',
  'notification.seeGallery': 'Its images are in the gallery.',
  'notification.seeWhy': 'Open Flowerbed to see why.',
} as const
