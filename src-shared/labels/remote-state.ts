import { desktopText } from '#shared/desktop-text.ts'
import { formatDuration } from '#shared/format.ts'
import { language } from '#shared/language.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'

/** What becomes of a run on a target, in one sentence: “Sending the images to mars · 40 % · about 2 min to go”. */
export function remoteStateText(state: RemoteState): string {
  const wish = state.wish === null ? [] : [desktopText(`remote.wish.${state.wish}`)]
  return [...partsOf(state), ...wish].join(' · ')
}

function partsOf(state: RemoteState): string[] {
  const { target } = state
  switch (state.phase) {
    case 'connecting':
    case 'starting':
      return [desktopText(`remote.${state.phase}`, { target })]
    case 'sending':
      return [
        desktopText(`remote.sending.${state.what}`, { target }),
        ...(state.share === null
          ? []
          : [desktopText('remote.share', { percent: Math.floor(100 * state.share) })]),
        ...(state.secondsLeft === null
          ? []
          : [desktopText('remote.timeLeft', { time: formatDuration(state.secondsLeft) })]),
      ]
    case 'queued':
      return [
        desktopText('remote.queued', { target, reason: state.reason }),
        ...(state.position === null ? [] : [desktopText('remote.ahead', { count: state.position })]),
      ]
    case 'training':
      return [
        state.node === target
          ? desktopText('remote.training', { node: target })
          : desktopText('remote.trainingAt', { node: state.node, target }),
      ]
    case 'unreachable':
      return [
        desktopText('remote.unreachable', { target, time: timeOf(state.since) }),
        // That it goes on is no news beside what it is to be told.
        ...(state.wish === null ? [desktopText(state.goesOn ? 'remote.goesOn' : 'remote.notSent')] : []),
      ]
    case 'storing':
      return [
        desktopText('remote.storing', { reason: state.reason.replace(/\.$/, '') }),
        desktopText('remote.goesOn'),
      ]
  }
}

/** “14:02”, with the date where that is another day. */
function timeOf(at: number): string {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  return date.toLocaleString(language() === 'de' ? 'de' : 'en-GB', {
    ...(isToday ? {} : ({ day: 'numeric', month: 'short' } as const)),
    ...{ hour: '2-digit', minute: '2-digit' },
  })
}
