// A parcel's card as rows of label and value: what is measured, beside the limit it was held against.
import type { ApprovalCard, Finding, ParcelCard, Provenance } from '@/api/types'
import {
  formatInstant,
  formatMu,
  formatNumber,
  formatPlotRatio,
  formatShare,
  formatSquareMetres,
  formatText,
  UNKNOWN,
} from '@/domain/format'
import type { Texts } from '@/i18n/zh-CN'

export interface Fact {
  label: string
  value: string
  strong?: 'strong' | undefined
  note?: string | undefined
}

const both = (m2: number | null | undefined, texts: Texts): string =>
  m2 === null || m2 === undefined
    ? UNKNOWN
    : `${formatMu(m2)} ${texts.units.mu}（${formatSquareMetres(m2)} ${texts.units.squareMetre}）`

/** The limits that a measure was compared with, as shown beside it. */
export function limitsOf(findings: readonly Finding[], measure: string): string | undefined {
  const limits = findings.filter(({ measured }) => measured?.name === measure).map(({ threshold }) => threshold?.text)
  const named = [...new Set(limits.filter((limit) => limit !== undefined))]
  return named.length === 0 ? undefined : named.join('，')
}

/** The figures at the head of the card. */
export function keyFacts(card: ParcelCard, texts: Texts): Fact[] {
  const { measures } = card
  return [
    {
      label: texts.card.area,
      value: both(card.site_area_m2, texts),
      strong: 'strong',
      note: texts.card.areaBasis[card.site_area_basis] ?? card.site_area_basis,
    },
    {
      label: texts.card.plotRatio,
      value: formatPlotRatio(measures.plot_ratio),
      strong: 'strong',
      note: limitsOf(card.findings, 'plot_ratio'),
    },
    {
      label: texts.card.density,
      value: formatShare(measures.building_density),
      strong: 'strong',
      note: limitsOf(card.findings, 'building_density'),
    },
    {
      label: texts.card.countingFloorArea,
      value: `${formatSquareMetres(measures.counting_floor_area_m2)} ${texts.units.squareMetre}`,
      note: measures.floor_area_basis
        ? (texts.card.floorAreaBasis[measures.floor_area_basis] ?? measures.floor_area_basis)
        : undefined,
    },
    { label: texts.card.footprint, value: `${formatSquareMetres(measures.footprint_m2)} ${texts.units.squareMetre}` },
    { label: texts.card.holder, value: formatText(card.right_holder) },
    { label: texts.card.location, value: formatText(card.location) },
    {
      label: texts.card.industry,
      value: card.industry_code ? `${card.industry_code} ${card.industry_name ?? ''}`.trim() : UNKNOWN,
    },
  ]
}

/** The three areas, side by side and never mixed. */
export function areaFacts({ areas }: ParcelCard, texts: Texts): Fact[] {
  return [
    { label: texts.card.documentary, value: both(areas.documentary_m2, texts) },
    { label: texts.card.ellipsoidal, value: both(areas.ellipsoidal_m2, texts) },
    { label: texts.card.planar, value: both(areas.planar_m2, texts) },
    { label: texts.card.documentaryToEllipsoidal, value: ratioOf(areas.documentary_m2, areas.ellipsoidal_m2) },
  ]
}

/** A quotient with four decimals: a slip of unit shows as 1.5 or 10, not as a difference that one must look for. */
function ratioOf(part: number | null, whole: number | null): string {
  return part === null || whole === null || whole === 0 ? UNKNOWN : formatNumber(part / whole, 4)
}

/** Where the row came from. */
export function provenanceFacts(provenance: Provenance, texts: Texts): Fact[] {
  return [
    { label: texts.card.file, value: `${provenance.file_name} · ${texts.why.row(provenance.source_row)}` },
    { label: texts.card.import, value: String(provenance.import_id) },
    { label: texts.card.provider, value: formatText(provenance.provider) },
    { label: texts.card.observedOn, value: formatText(provenance.observed_on) },
    { label: texts.card.recordedAt, value: formatInstant(provenance.recorded_at) },
  ]
}

/** The balance of an approval: what was approved, what was supplied, what is left. */
export function approvalFacts(card: ApprovalCard, texts: Texts): Fact[] {
  return [
    { label: texts.card.leftover, value: both(card.leftover?.area_m2, texts), strong: 'strong' },
    { label: texts.card.covered, value: both(card.leftover?.covered_area_m2, texts) },
    { label: texts.card.sliver, value: both(card.leftover?.sliver_area_m2, texts) },
    { label: texts.card.groundArea, value: both(groundAreaOf(card), texts) },
    { label: texts.card.approvedArea, value: both(card.documentary_area_m2, texts) },
    { label: texts.card.approvedOn, value: formatText(card.approved_on) },
    { label: texts.card.approvalLevel, value: formatText(card.approval_level) },
    { label: texts.card.batch, value: formatText(card.batch_name) },
  ]
}

/** The ground of the approval as it was cut; without an overlay, as it was measured. */
function groundAreaOf({ leftover, planar_area_m2, ellipsoidal_area_m2 }: ApprovalCard): number | null {
  return leftover?.approved_ground_m2 ?? planar_area_m2 ?? ellipsoidal_area_m2
}

/** Where the row of an approval came from. */
export function approvalSource(card: ApprovalCard, texts: Texts): Fact[] {
  const row = card.source_row === undefined ? '' : ` · ${texts.why.row(card.source_row)}`
  return [
    { label: texts.card.file, value: `${card.file_name ?? UNKNOWN}${row}` },
    { label: texts.card.import, value: String(card.import_id ?? UNKNOWN) },
    { label: texts.card.observedOn, value: formatText(card.observed_on) },
  ]
}
