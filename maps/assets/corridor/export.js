/* Paper and PNG: one landscape page with map, table, legend and notes.
 *
 * Both use one layout (class `cm-paper` on the root): the browser prints it, and the PNG is painted from it, element by
 * element, so that what is saved is what is seen. The base map and network are vectors while the layout is on.
 */
(function (cm) {
  'use strict';

  // A4 landscape less its margins. A map in a report has a heading above it, and a frame around it.
  const PAPER = { width: 1060, height: 722 };
  const FRAMED_PAPER = { width: 1040, height: 588 }; // as report.py leaves it

  cm.paper = function (map, { basemap, network, dots }, view, title) {
    const root = document.documentElement;
    const page = document.querySelector('.cm-page');
    const isFramed = window !== window.parent;
    const panel = page.querySelector('.cm-panel');
    let before = null;

    /** Canvas on the screen, vectors on paper. */
    const drawFor = (isPaper) => [basemap, network, dots].forEach((part) => part && part.redraw(isPaper));

    /** Shrink the panel until it is no higher than the room; words break elsewhere at each size, so that one step is not enough. */
    function shrinkPanel(room) {
      const bottom = () => Math.max(...Array.from(panel.children, (part) => part.getBoundingClientRect().bottom)) - panel.getBoundingClientRect().top;
      for (let zoom = 1; bottom() > room && zoom > 0.55; ) panel.style.zoom = zoom *= Math.min(0.98, room / bottom());
    }

    /** What is printed of a frame is what fits into it; a picture does not care. */
    function paperSize(isPrint) {
      if (!isPrint || !isFramed) return PAPER;
      return { width: Math.min(FRAMED_PAPER.width, window.innerWidth), height: Math.min(FRAMED_PAPER.height, window.innerHeight) };
    }

    /** Lay the page out for paper; `isPrint`: shrink a long panel, so that all is on one page. */
    function lay(isPrint) {
      if (before) return;
      before = { center: map.getCenter(), zoom: map.getZoom(), isMoved: view.isMoved };
      map.closePopup();
      const size = paperSize(isPrint);
      for (const side of ['width', 'height']) root.style.setProperty(`--cm-paper-${side}`, size[side] + 'px');
      root.classList.add('cm-paper');
      root.classList.toggle('cm-low', isPrint && isFramed);
      const heightOf = (part) => page.querySelector(part).getBoundingClientRect().height;
      if (isPrint) shrinkPanel(size.height - heightOf('.cm-header') - heightOf('.cm-footer'));
      map.invalidateSize({ animate: false, pan: false });
      view.fit();
      drawFor(true);
    }

    function clear() {
      if (!before) return;
      root.classList.remove('cm-paper');
      panel.style.zoom = '';
      drawFor(false);
      map.invalidateSize({ animate: false, pan: false });
      if (before.isMoved) map.setView(before.center, before.zoom, { animate: false });
      before = null;
    }

    window.addEventListener('beforeprint', () => lay(true));
    window.addEventListener('afterprint', clear);

    /** An SVG element as an image, with its place on the page. */
    function imageOf(svg) {
      const box = svg.getBoundingClientRect();
      if (!box.width || !box.height) return Promise.resolve(null);
      const copy = svg.cloneNode(true);
      copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
      copy.setAttribute('width', box.width);
      copy.setAttribute('height', box.height);
      copy.removeAttribute('style');
      copy.querySelectorAll('.cm-leg').forEach((target) => target.remove());
      return new Promise(function (resolve) {
        const image = new Image();
        image.onload = () => resolve({ image, box });
        image.onerror = () => resolve(null);
        image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(new XMLSerializer().serializeToString(copy));
      });
    }

    /** The words of a text node with their boxes; a word that is broken over two lines is two pieces. */
    function pieces(node, range) {
      const found = [];
      const boxOf = function (start, end) {
        range.setStart(node, start);
        range.setEnd(node, end);
        return range.getBoundingClientRect();
      };
      for (const match of node.data.matchAll(/\S+/g)) {
        const end = match.index + match[0].length;
        let start = match.index;
        boxOf(start, end);
        const isBroken = new Set(Array.from(range.getClientRects(), (r) => Math.round(r.top))).size > 1;
        for (let i = start + 1; isBroken && i < end; i++) {
          if (boxOf(i, i + 1).top < boxOf(i - 1, i).bottom - 1) continue;
          found.push({ text: node.data.slice(start, i), box: boxOf(start, i) });
          start = i;
        }
        found.push({ text: node.data.slice(start, end), box: boxOf(start, end) });
      }
      return found.filter((piece) => piece.box.width);
    }

    /** Paint the words of an element where the browser has put them, word by word. */
    function paintWords(context, host, origin, halo) {
      const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (parent.closest('.cm-unseen, svg, script, style')) continue;
        const look = getComputedStyle(parent);
        context.font = `${look.fontStyle} ${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
        context.fillStyle = look.color;
        if ('letterSpacing' in context) context.letterSpacing = look.letterSpacing === 'normal' ? '0px' : look.letterSpacing;
        context.direction = look.direction;
        context.textAlign = 'left';
        context.textBaseline = 'alphabetic';
        for (const { text, box } of pieces(node, range)) {
          const metrics = context.measureText(text);
          const ascent = metrics.fontBoundingBoxAscent;
          const x = box.left - origin.left;
          const y = box.top - origin.top + (box.height - ascent - metrics.fontBoundingBoxDescent) / 2 + ascent;
          if (halo) {
            context.lineWidth = 3;
            context.lineJoin = 'round';
            context.strokeStyle = 'rgba(255,255,255,.9)';
            context.strokeText(text, x, y);
          }
          context.fillText(text, x, y);
        }
      }
    }

    /** Paint the page into a canvas; resolves to it. */
    async function paint() {
      const pixels = 2;
      const stage = document.querySelector('.cm-stage');
      const origin = page.getBoundingClientRect();
      const canvas = cm.html('canvas', { width: Math.ceil(origin.width * pixels), height: Math.ceil(origin.height * pixels) });
      const context = canvas.getContext('2d');
      context.scale(pixels, pixels);
      context.fillStyle = '#fff';
      context.fillRect(0, 0, origin.width, origin.height);
      const put = (made) => made && context.drawImage(made.image, made.box.left - origin.left, made.box.top - origin.top, made.box.width, made.box.height);

      const inStage = stage.getBoundingClientRect();
      context.save();
      context.beginPath();
      context.rect(inStage.left - origin.left, inStage.top - origin.top, inStage.width, inStage.height);
      context.clip();
      // Panes from low to high, as the browser stacks them.
      const panes = Array.from(map.getPane('mapPane').children).sort((a, b) => (+getComputedStyle(a).zIndex || 0) - (+getComputedStyle(b).zIndex || 0));
      for (const pane of panes) {
        const markers = Array.from(pane.querySelectorAll(':scope > .leaflet-marker-icon')).sort((a, b) => a.style.zIndex - b.style.zIndex);
        const svgs = markers.length ? markers.flatMap((m) => Array.from(m.querySelectorAll('svg'))) : Array.from(pane.querySelectorAll('svg'));
        for (const made of await Promise.all(svgs.map(imageOf))) put(made);
        paintWords(context, pane, origin, true);
      }
      const scaleBar = stage.querySelector('.leaflet-control-scale-line');
      if (scaleBar) {
        const box = scaleBar.getBoundingClientRect();
        const [x, y] = [box.left - origin.left, box.top - origin.top];
        context.fillStyle = 'rgba(255,255,255,.8)';
        context.fillRect(x, y, box.width, box.height);
        context.strokeStyle = '#333';
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(x, y + box.height - 5);
        context.lineTo(x, y + box.height);
        context.lineTo(x + box.width, y + box.height);
        context.lineTo(x + box.width, y + box.height - 5);
        context.stroke();
        paintWords(context, scaleBar, origin, false);
      }
      context.restore();
      context.strokeStyle = '#888';
      context.lineWidth = 1;
      context.strokeRect(inStage.left - origin.left + 0.5, inStage.top - origin.top + 0.5, inStage.width - 1, inStage.height - 1);

      for (const row of page.querySelectorAll('.cm-table tr')) {
        const box = row.getBoundingClientRect();
        context.strokeStyle = '#ccc';
        context.beginPath();
        context.moveTo(box.left - origin.left, box.bottom - origin.top);
        context.lineTo(box.right - origin.left, box.bottom - origin.top);
        context.stroke();
      }
      for (const part of page.querySelectorAll('.cm-header, .cm-panel, .cm-footer')) {
        for (const made of await Promise.all(Array.from(part.querySelectorAll('svg')).map(imageOf))) put(made);
        paintWords(context, part, origin, false);
      }
      return canvas;
    }

    /** Resolve to the page as a PNG data URI. */
    async function png() {
      document.documentElement.classList.add('cm-painting');
      lay(false);
      try {
        return (await paint()).toDataURL('image/png');
      } finally {
        document.documentElement.classList.remove('cm-painting');
        clear();
      }
    }

    async function savePng() {
      const name = title.normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60).toLowerCase() || 'map';
      cm.html('a', { download: name + '.png', href: await png() }).click();
    }

    return { lay, clear, png, savePng };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
