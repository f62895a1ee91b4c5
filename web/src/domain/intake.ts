// What the page must know of an import before it is committed: which units go together, what still blocks, when it is over. Pure.
import type { FieldProposal, IntakeJob, MappingProposal, Upload } from '@/api/intake'

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
