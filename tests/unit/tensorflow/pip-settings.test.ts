import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pipConfigFiles, readPipSettings } from '../../../src-main/tensorflow/download/pip-settings.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('pip')
})
afterEach(() => {
  folder.remove()
})

function config(name: string, text: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

describe('pip’s settings', () => {
  it('are PyPI where nothing is said', () => {
    expect(readPipSettings({}, [join(folder.path, 'none')])).toEqual({
      indexUrls: ['https://pypi.org/simple/'],
      wheelFolders: [],
      proxy: null,
      certificateFile: null,
      trustedHosts: [],
    })
  })

  it('come from its files, the more particular one winning, with lists over several lines', () => {
    const everyone = config(
      'pip.conf',
      [
        '# of the institute',
        '[global]',
        'index-url = https://mirror.example/simple',
        'proxy = http://proxy.example:3128',
        'trusted_host = mirror.example',
        `find-links = ${folder.path}`,
        '    https://elsewhere.example/links',
        '    /not/there',
        '[list]',
        'proxy = http://other.example',
      ].join('\n'),
    )
    const own = config(
      'own.conf',
      '[global]\ncert=/etc/ours.pem\n[install]\nextra-index-url:\n    https://a.example/simple/\n    https://b.example/simple\n',
    )
    expect(readPipSettings({}, [everyone, own])).toEqual({
      indexUrls: ['https://mirror.example/simple/', 'https://a.example/simple/', 'https://b.example/simple/'],
      wheelFolders: [folder.path],
      proxy: 'http://proxy.example:3128',
      certificateFile: '/etc/ours.pem',
      trustedHosts: ['mirror.example'],
    })
  })

  it('are overruled by PIP_ variables', () => {
    const file = config('pip.conf', '[global]\nindex-url = https://file.example/simple/\n')
    expect(readPipSettings({ PIP_INDEX_URL: 'https://variable.example/simple' }, [file]).indexUrls).toEqual([
      'https://variable.example/simple/',
    ])
    expect(readPipSettings({ PIP_NO_INDEX: '1' }, [file]).indexUrls).toEqual([])
  })

  it('are looked for where pip looks, the virtual environment after the user’s, PIP_CONFIG_FILE last', () => {
    const env = {
      HOME: '/home/x',
      XDG_CONFIG_HOME: '/home/x/cfg',
      VIRTUAL_ENV: '/venv',
      PIP_CONFIG_FILE: '/p',
    }
    const files = pipConfigFiles(env)
    if (process.platform === 'linux') {
      expect(files.slice(-5)).toEqual([
        '/etc/pip.conf',
        '/home/x/.pip/pip.conf',
        '/home/x/cfg/pip/pip.conf',
        '/venv/pip.conf',
        '/p',
      ])
    }
    expect(files.at(-1)).toBe('/p')
    expect(pipConfigFiles({ PIP_CONFIG_FILE: '/dev/null' })).toEqual([])
  })
})
