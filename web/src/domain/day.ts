// A calendar day as people write it. The browser's own date field follows the language of the browser, which on office computers
// is as often English as not; a text that says how it is to be written does not. Pure.

/** The day as `2026-06-30`, from that form and those met in offices; null when it is none. */
export function dayOf(text: string): string | null {
  const plain = text.trim()
  const parts =
    /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) ??
    /^(\d{4})[./](\d{1,2})[./](\d{1,2})$/.exec(plain) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日?$/.exec(plain) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(plain)
  if (!parts) return null
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDay ? date.toISOString().slice(0, 10) : null
}

/** Whether something was written that is no day. */
export const isNoDay = (text: string) => text.trim() !== '' && dayOf(text) === null
