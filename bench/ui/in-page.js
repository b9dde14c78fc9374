/**
 * Evaluated in the window: `bench` there records when a plot was drawn and times the opening of a run.
 */
/* global window, document, requestAnimationFrame, CanvasRenderingContext2D */
{
  const drawnAt = []
  const { prototype } = CanvasRenderingContext2D
  const clear = prototype.clearRect
  prototype.clearRect = function (...box) {
    drawnAt.push(performance.now())
    // It must not be what grows while memory is measured.
    if (drawnAt.length > 10_000) drawnAt.splice(0, 5000)
    clear.apply(this, box)
  }
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

  /** Clicks on a run of the library; the ms until its curve of so many points was drawn. */
  async function open(name, points) {
    const leaves = [...document.querySelectorAll('[data-testid="history"] *')]
    const row = leaves.find((element) => element.children.length === 0 && element.textContent === name)
    const startedAt = performance.now()
    row.click()
    const isDrawn = () => {
      const curves = document.querySelector('[data-testid="run-curves"]')
      return Number(curves?.dataset.points) === points && drawnAt.at(-1) > startedAt
    }
    while (!isDrawn()) await nextFrame()
    // The frame that shows it begins after this one.
    await nextFrame()
    return performance.now() - startedAt
  }

  window.bench = {
    open,
    /** How often a plot was drawn since a time. */
    drawnSince: (since) => drawnAt.filter((at) => at > since).length,
  }
}
