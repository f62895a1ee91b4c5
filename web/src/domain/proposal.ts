// A renovation proposal on the page: from form or text to what the server takes, with the fields that are wrong named.
// Measures nothing: areas, ratios and verdicts come from the server alone.
import type { Polygon } from 'geojson'
import type { Proposal, ProposalArea, ProposalFlag, ProposedBuilding } from '@/api/types'

/** Three answers to a condition. "unknown" is not sent, and the server then answers 待核. */
export type Answer = 'yes' | 'no' | 'unknown'

export const PROPOSAL_FLAGS: readonly ProposalFlag[] = [
  'upgrade_approved',
  'general_purpose_factory',
  'conforms_to_plan',
  'innovative_industrial',
]

export const PROPOSAL_AREAS: readonly ProposalArea[] = [
  'structures_m2',
  'yard_m2',
  'office_land_m2',
  'office_floor_m2',
  'green_m2',
]

export interface ProposalForm {
  name: string
  land: Polygon | null
  buildings: { name: string; footprint: Polygon; storeys: number; storeyHeight: number }[]
  industry: string
  flags: Record<ProposalFlag, Answer>
  /** In m²; an empty field is not known and is not sent. */
  areas: Record<ProposalArea, number | ''>
  exception: { reason: string; document: string }
}

/** A form with nothing filled in: every condition unknown. */
export function emptyForm(): ProposalForm {
  return {
    name: '',
    land: null,
    buildings: [],
    industry: '',
    flags: {
      upgrade_approved: 'unknown',
      general_purpose_factory: 'unknown',
      conforms_to_plan: 'unknown',
      innovative_industrial: 'unknown',
    },
    areas: emptyAreas(),
    exception: { reason: '', document: '' },
  }
}

/** No area known. */
export function emptyAreas(): ProposalForm['areas'] {
  return { structures_m2: '', yard_m2: '', office_land_m2: '', office_floor_m2: '', green_m2: '' }
}

export type Composed = { ok: true; proposal: Proposal } | { ok: false; fault: 'land' | 'json' | string }

/** The proposal of a form; without land there is none. */
export function composeProposal(form: ProposalForm, unnamed: string): Composed {
  if (form.land === null) return { ok: false, fault: 'land' }
  const buildings: ProposedBuilding[] = form.buildings.map(({ name, footprint, storeys, storeyHeight }) => ({
    name,
    footprint,
    storeys,
    storey_height_m: storeyHeight,
  }))
  const flags: Proposal['flags'] = {}
  for (const flag of PROPOSAL_FLAGS) {
    if (form.flags[flag] !== 'unknown') flags[flag] = form.flags[flag] === 'yes'
  }
  const areas: NonNullable<Proposal['areas']> = {}
  for (const area of PROPOSAL_AREAS) {
    const value = form.areas[area]
    if (value !== '') areas[area] = value
  }
  const exception = { reason: form.exception.reason.trim(), document: form.exception.document.trim() }
  const code = form.industry.trim()
  return {
    ok: true,
    proposal: {
      name: form.name.trim() || unnamed,
      crs: 'EPSG:4490',
      land: form.land,
      buildings,
      ...(code === '' ? {} : { industry: { edition: 'GB/T 4754-2017', code } }),
      flags,
      ...(Object.keys(areas).length === 0 ? {} : { areas }),
      // One of the two alone is sent as well, so that the server says what is wanting.
      ...(exception.reason === '' && exception.document === '' ? {} : { exception }),
    },
  }
}

/** The proposal in a text. Only the outline is checked here, so that the server's own findings are not pre-empted. */
export function parseProposal(text: string): Composed {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { ok: false, fault: 'json' }
  }
  if (!isRecord(body)) return { ok: false, fault: 'json' }
  if (!isArea(body['land'])) return { ok: false, fault: 'land（Polygon / MultiPolygon）' }
  if (!Array.isArray(body['buildings'])) return { ok: false, fault: 'buildings（数组）' }
  for (const [index, building] of body['buildings'].entries()) {
    if (!isRecord(building) || !isArea(building['footprint'])) {
      return { ok: false, fault: `buildings[${index}].footprint（Polygon）` }
    }
  }
  return { ok: true, proposal: { flags: {}, name: '', ...body } as Proposal }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isArea(value: unknown): boolean {
  return (
    isRecord(value) &&
    (value['type'] === 'Polygon' || value['type'] === 'MultiPolygon') &&
    Array.isArray(value['coordinates'])
  )
}

/** How many corners a drawn polygon has; the closing point is not counted twice. */
export function cornersOf(polygon: Polygon): number {
  return Math.max(0, (polygon.coordinates[0]?.length ?? 1) - 1)
}
