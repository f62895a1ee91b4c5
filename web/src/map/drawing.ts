// Drawing one polygon on the map, by terra-draw. What is drawn is handed on and wiped: the page keeps it, not the tool.
import type { Polygon } from 'geojson'
import type { Map as MapLibreMap } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export interface Drawing {
  /** Starts a polygon; resolves when its last corner is clicked again, or with null when cancelled. */
  polygon(): Promise<Polygon | null>
  cancel(): void
  close(): void
}

const IDLE = 'static'

/** The drawing tool of a map that has loaded its style. */
export function openDrawing(map: MapLibreMap): Drawing {
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: [new TerraDrawPolygonMode()],
  })
  draw.start()
  draw.setMode(IDLE)
  let settle: ((polygon: Polygon | null) => void) | null = null

  const end = (polygon: Polygon | null) => {
    const pending = settle
    settle = null
    draw.clear()
    draw.setMode(IDLE)
    pending?.(polygon)
  }

  draw.on('finish', (id) => {
    const feature = draw.getSnapshot().find((candidate) => candidate.id === id)
    end(feature?.geometry.type === 'Polygon' ? (feature.geometry as Polygon) : null)
  })

  return {
    polygon() {
      end(null)
      return new Promise((resolve) => {
        settle = resolve
        draw.setMode('polygon')
      })
    },
    cancel: () => end(null),
    close() {
      end(null)
      draw.stop()
    },
  }
}
