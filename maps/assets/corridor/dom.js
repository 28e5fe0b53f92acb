/* Elements, text and numbers.
 *
 * Every text of the data reaches the page here, and only by textContent or setAttribute: a place name that looks like
 * HTML is shown as it is written and never runs. Nothing in these scripts uses innerHTML with data.
 */
(function (cm) {
  'use strict';

  const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

  /** Set attributes, listeners (`on`) and text, and append children; null attributes are left out. */
  function furnish(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined) continue;
      if (name === 'text') element.textContent = value;
      else if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
      else element.setAttribute(name, value);
    }
    for (const child of children) if (child) element.appendChild(child);
    return element;
  }

  cm.html = (tag, attributes, ...children) => furnish(document.createElement(tag), attributes, children);
  cm.svg = (tag, attributes, ...children) => furnish(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);

  /** A link, if the address is one that a browser opens as a page; otherwise the words alone. */
  cm.link = function (words, url) {
    const isWeb = /^https?:\/\//i.test(url);
    return cm.html(isWeb ? 'a' : 'span', { text: words, dir: 'auto', href: isWeb ? url : null, rel: isWeb ? 'noopener noreferrer' : null, target: isWeb ? '_blank' : null });
  };

  /** A table's entry for a word of the data; undefined for words like "constructor", which every object answers to. */
  cm.entry = (table, word) => (Object.hasOwn(table, word) ? table[word] : undefined);

  /** A name as one piece of a sentence: one from right to left would else pull the words beside it along. */
  cm.isolated = (name) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name);

  /** A number with thousands separated; a dash for what is not known. */
  cm.number = function (value, digits) {
    if (value === null || value === undefined) return '–';
    return value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits || 0 });
  };

  /** A number in a column of numbers: as many decimals as its neighbours. */
  cm.aligned = function (value, digits) {
    if (value === null || value === undefined) return '–';
    return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };

  cm.quantity = (value, digits, unit) => (value === null || value === undefined ? '–' : cm.number(value, digits) + '\u00a0' + unit);

  /** Hours below three days, days above: what a freight planner says. */
  cm.duration = function (hours) {
    if (hours === null || hours === undefined) return '–';
    return hours < 72 ? cm.quantity(hours, 1, 'h') : cm.quantity(hours / 24, 1, 'days');
  };

  /** Make `elements` one stop of the Tab key; arrow keys, Home and End move among them. */
  cm.roving = function (elements) {
    elements.forEach((element, i) => {
      element.setAttribute('tabindex', i === 0 ? '0' : '-1');
      element.onkeydown = function (event) {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        let target = null;
        if (step) target = elements[(i + step + elements.length) % elements.length];
        else if (event.key === 'Home') target = elements[0];
        else if (event.key === 'End') target = elements[elements.length - 1];
        else if (event.key === 'Enter' || event.key === ' ') element.dispatchEvent(new CustomEvent('cm-open'));
        else return;
        event.preventDefault();
        event.stopPropagation(); // Leaflet would pan the map
        if (target) {
          elements.forEach((other) => other.setAttribute('tabindex', other === target ? '0' : '-1'));
          target.focus();
        }
      };
    });
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
