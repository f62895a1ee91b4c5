// Can this browser draw the map? Asked before MapLibre is loaded, since its own failure is lost inside Vue's production build.

/** True when a WebGL2 context can be had. The probe's context is given back at once. */
export function hasWebGl2(canvas: HTMLCanvasElement = document.createElement('canvas')): boolean {
  try {
    const context = canvas.getContext('webgl2')
    if (!context) return false
    context.getExtension('WEBGL_lose_context')?.loseContext()
    return true
  } catch {
    return false
  }
}
