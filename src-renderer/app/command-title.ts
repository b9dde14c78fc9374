import { isPageCommand } from '#shared/commands.ts'
import type { CommandId } from '#shared/commands.ts'
import { t } from '../i18n.ts'

/** What a command is called, as in the native menu. */
export const commandTitle = (id: CommandId): string =>
  isPageCommand(id) ? t(`app.pages.${id}`) : t(`app.commands.${id}`)
