/** A name that every file system takes: without separators, reserved characters, and dots or spaces at its ends. */
export function safeFileName(name: string): string {
  const safe = name
    // eslint-disable-next-line no-control-regex -- control characters are what is to be replaced
    .replaceAll(/[\\/:*?"<>|\u0000-\u001F]+/g, '-')
    .replaceAll(/^[\s.]+|[\s.]+$/g, '')
  // Windows keeps these for devices.
  const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i
  return safe === '' ? 'image' : reserved.test(safe) ? `${safe}-` : Array.from(safe).slice(0, 80).join('')
}
