// Every source, tile layer and style layer by name, in one place. A typo is a compile error.

/** Sources of the style. */
export const SOURCES = { city: 'city', divisions: 'divisions', divisionLabels: 'division-labels', proposal: 'proposal' } as const

/**
 * Layers inside the vector tiles. Each has companions: `<name>_label` with one point a feature, `<name>_tiny` with points for what
 * is under a pixel; and where a tile holds too much to draw, `<name>_block` with what neighbours of one kind cover, `<name>_grid` with
 * squares where they are smaller than pixels, and `<name>_sum` with points for the sums of either.
 */
export const TILE_LAYERS = ['parcels', 'leftovers', 'zones', 'projects', 'buildings'] as const
export type TileLayer = (typeof TILE_LAYERS)[number]

/** Style layers that a click can pick from, topmost first. Of a project first its line and its name: its ground is others' too. */
export const PICKABLE = [
  'projects-text',
  'projects-line',
  'approved_not_supplied-dot',
  'supplied_not_used-dot',
  'underused-dot',
  'approved_not_supplied-fill',
  'supplied_not_used-fill',
  'underused-fill',
  'undetermined-fill',
  'parcels-fill',
] as const

/** What a click picks when it hits nothing of the above. */
export const PICKABLE_GROUND = ['projects-fill'] as const

/** The tile layer that holds what is selected, and the key that names it there. */
export const SELECTABLE = {
  parcel: { layer: 'parcels', key: 'parcel_code' },
  approval: { layer: 'leftovers', key: 'approval_number' },
  project: { layer: 'projects', key: 'project_code' },
} as const

/** Names of the hatch pictures. */
export const HATCHES = {
  approved_not_supplied: 'hatch-approved-not-supplied',
  supplied_not_used: 'hatch-supplied-not-used',
  underused: 'hatch-underused',
} as const
