import { describe, expect, it } from 'vitest'
import { endsAtLogout } from '../../../src-main/agent/logind.ts'

/** Of Debian 12, shortened: comments say what systemd was built with. */
const debian = `#  This file is part of systemd.
#
[Login]
#NAutoVTs=6
#KillUserProcesses=no
#KillOnlyUsers=
#KillExcludeUsers=root
#InhibitDelayMaxSec=5
`
/** As upstream builds it. */
const upstream = debian.replace('KillUserProcesses=no', 'KillUserProcesses=yes')
const set = (...lines: string[]) => `[Login]\n${lines.join('\n')}\n`

const ends = (files: string[], { linger = 'Linger=no\n', user = 'ada' } = {}) =>
  endsAtLogout({ files, linger, user })

describe('processes of a user end at logout', () => {
  it.each([
    ['where logind.conf says so', [debian, set('KillUserProcesses=yes')], true],
    ['where systemd was built so', [upstream], true],
    ['not by the default of Debian', [debian], false],
    [
      'not where a later file takes it back',
      [set('KillUserProcesses=yes'), set('KillUserProcesses = off')],
      false,
    ],
    ['not without a configuration', [], false],
    ['not where it is of others only', [upstream, set('KillOnlyUsers=guest  kiosk')], false],
    ['where it is of this user', [upstream, set('KillOnlyUsers=guest ada')], true],
    ['not where this user is excluded', [upstream, set('KillExcludeUsers=root ada')], false],
  ])('%s', (_, files, expected) => {
    expect(ends(files)).toBe(expected)
  })

  it('not of one who lingers', () => {
    expect(ends([upstream], { linger: 'Linger=yes\n' })).toBe(false)
  })

  it('of one whom loginctl does not know, not of root', () => {
    expect(ends([upstream], { linger: '' })).toBe(true)
    expect(ends([upstream], { user: 'root' })).toBe(false)
  })
})
