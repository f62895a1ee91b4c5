// What the page must know of an import before it is committed: which units go together, what still blocks, when it is over. Pure.
import type { CrsDiagnosis, FieldProposal, IntakeJob, MappingProposal, OtherField, Upload } from '@/api/intake'

const FAMILIES: readonly (readonly string[])[] = [
  ['m2', 'mu', 'hectare', 'sqft'],
  ['wan_yuan', 'yuan'],
  ['percent', 'ratio'],
]

/** The units that a field in this unit could be in instead, itself among them. */
export function unitsLike(unit: string): readonly string[] {
  return FAMILIES.find((family) => family.includes(unit)) ?? [unit]
}

/** What a person chose for a field on the page; absent means as proposed. */
export type Choices = Readonly<Record<string, { column: string | null; unit: string | null }>>

/** The key that no column holds: which county the rows are of. */
export const DIVISION = 'division'

/** How a person says the division: all rows of one county, or a column. Written as one word, for a list to choose from. */
export function divisionChoice(word: string | null): { fixed: string } | { column: string } | null {
  if (!word) return null
  return word.startsWith('=') ? { fixed: word.slice(1) } : { column: word.slice(1) }
}

/** Fields beyond the proposal that a person reads as well, and those still to choose from. */
export function furtherFields(proposal: MappingProposal, choices: Choices): { chosen: OtherField[]; left: OtherField[] } {
  const isChosen = ({ field }: OtherField) => choices[field] !== undefined
  return { chosen: proposal.other_fields.filter(isChosen), left: proposal.other_fields.filter((one) => !isChosen(one)) }
}

/** What stands against the place of a file: no system is known, none can be used, or a shift that must be decided about. */
export type PositionDoubt = 'undecided' | 'refused' | 'shifted'

/** Why the file cannot be tried as it lies; null when it can. `fixes` are the remedies that were asked for. */
export function positionDoubt({ verdict, fixes: offered }: CrsDiagnosis, kind: string | null, fixes: readonly string[]): PositionDoubt | null {
  if (verdict === 'refused') return 'refused'
  if (['undeclared', 'unknown', 'contradicted'].includes(verdict)) return 'undecided'
  const isShifted = offered.some(({ confidence, remedies }) => confidence === 'strong' && remedies.some((remedy) => remedy.startsWith('from-')))
  // Boundaries are what shifts are told by: they are not held against themselves.
  return isShifted && fixes.length === 0 && kind !== 'divisions' ? 'shifted' : null
}

/** The column and the unit of a field as things stand on the page. */
export function standing(field: FieldProposal, choices: Choices): { column: string | null; unit: string | null } {
  return choices[field.field] ?? { column: field.column, unit: field.unit }
}

/** Keys without a column: an import cannot be tried before they have one. */
export function missingKeys(proposal: MappingProposal, choices: Choices) {
  return proposal.missing_keys.filter(({ field }) => !choices[field]?.column)
}

/** What must still be confirmed: the doubts of the proposal that nobody has ticked. */
export function unconfirmed(proposal: MappingProposal, ticked: ReadonlySet<string>): string[] {
  return proposal.to_confirm.filter((doubt) => !ticked.has(doubt))
}

/** Whether the upload's latest job still runs. */
export function isWorking(upload: Upload | null): boolean {
  return latestJob(upload)?.standing === 'running'
}

export function latestJob(upload: Upload | null): IntakeJob | null {
  const jobs = [upload?.preview, upload?.commit].filter((job) => job !== null && job !== undefined)
  return jobs.sort((one, other) => other.number - one.number)[0] ?? null
}

export function isCommitted(upload: Upload | null): boolean {
  return upload?.commit?.standing === 'done'
}

/** The files of one upload, the one that is opened first: a loose Shapefile is named by its .shp. */
export function mainFirst(files: readonly File[]): File[] {
  const rank = ({ name }: File) => (/\.shp$/i.test(name) ? 0 : 1)
  return [...files].sort((one, other) => rank(one) - rank(other))
}

/** A length in bytes for people. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)}\u00a0${units[unit]}`
}
