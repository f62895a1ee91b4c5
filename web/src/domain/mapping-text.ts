// The text of a field mapping, changed line by line: only what a person changed moves, comments and the rest stay. Pure.

/** Where the value of a field comes from, as the page edits it. */
export interface ColumnChoice {
  column: string | null
  unit: string | null
}

const quoted = (text: string) => JSON.stringify(text)

function valueOf({ column, unit }: { column: string; unit: string | null }): string {
  return unit === null ? quoted(column) : `{ column = ${quoted(column)}, unit = ${quoted(unit)} }`
}

/** Lines of the `[columns]` table: from the one after its header to the one before the next header. */
function columnsTable(lines: readonly string[]): { from: number; to: number } | null {
  const header = lines.findIndex((line) => /^\s*\[columns\]\s*(#.*)?$/.test(line))
  if (header < 0) return null
  const next = lines.findIndex((line, at) => at > header && /^\s*\[/.test(line))
  return { from: header + 1, to: next < 0 ? lines.length : next }
}

/** Whether the text names the field in a way that this module cannot change: as a table of its own. */
export function isBeyondEditing(toml: string, field: string): boolean {
  return new RegExp(`^\\s*\\[columns\\.${field}\\]`, 'm').test(toml)
}

/** The text with the field read from that column, in that unit; without the field when there is no column. */
export function withColumn(toml: string, field: string, choice: ColumnChoice): string {
  const lines = toml.split('\n')
  const table = columnsTable(lines)
  const { column, unit } = choice
  if (table === null) {
    return column === null ? toml : `${toml.trimEnd()}\n\n[columns]\n${field} = ${valueOf({ column, unit })}\n`
  }
  const start = new RegExp(`^\\s*${field}\\s*=`)
  const at = lines.findIndex((line, index) => index >= table.from && index < table.to && start.test(line))
  if (at < 0) {
    if (column !== null) lines.splice(table.from, 0, `${field} = ${valueOf({ column, unit })}`)
  } else if (column === null) {
    lines.splice(at, 1)
  } else {
    lines[at] = changedLine(lines[at] ?? '', field, { column, unit })
  }
  return lines.join('\n')
}

/** The text with the division of all rows, or the column that says it; without a division where neither is given. */
export function withDivision(toml: string, choice: { fixed: string } | { column: string } | null): string {
  const lines = toml.split('\n').filter((line, at, all) => !(/^\s*division\s*=/.test(line) && isAtTop(all, at)))
  if (choice === null) return lines.join('\n')
  const rule = 'fixed' in choice ? `fixed = ${quoted(choice.fixed)}` : `column = ${quoted(choice.column)}`
  const table = lines.findIndex((line) => /^\s*\[/.test(line))
  const kind = lines.findIndex((line) => /^\s*kind\s*=/.test(line))
  lines.splice(kind >= 0 ? kind + 1 : Math.max(table, 0), 0, `division = { ${rule} }`)
  return lines.join('\n')
}

/** Whether a line stands before all tables. */
const isAtTop = (lines: readonly string[], at: number) => !lines.slice(0, at).some((line) => /^\s*\[/.test(line))

/** A line with another column and unit; what else its inline table says is kept. */
function changedLine(line: string, field: string, { column, unit }: { column: string; unit: string | null }): string {
  const table = /=\s*\{(.*)\}/.exec(line)?.[1]
  if (table === undefined) return `${field} = ${valueOf({ column, unit })}`
  const text = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\])`
  const without = table
    .replace(new RegExp(String.raw`\b(column|unit)\s*=\s*${text}\s*,?`, 'g'), '')
    .trim()
    .replace(/,$/, '')
    .trim()
  const parts = [`column = ${quoted(column)}`, ...(unit === null ? [] : [`unit = ${quoted(unit)}`]), ...(without === '' ? [] : [without])]
  return `${field} = { ${parts.join(', ')} }`
}
