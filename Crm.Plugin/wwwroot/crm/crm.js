// What plain HTML and htmx cannot do: hot keys, charts. No state is kept here; the address and the database are the state.

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (target) {
    event.preventDefault();
    if (target.matches("input, textarea, select")) {
      target.focus();
      target.select?.();
    } else {
      target.click();
    }
  }
});

// A filter that follows typing has been asked already when the field is left: asked again it would take the list away from under the click.
document.addEventListener("change", (event) => {
  if (event.target.matches('form[hx-trigger*="input changed"] input:is([type="search"], [type="text"], :not([type]))')) {
    event.stopPropagation();
  }
}, true);

// A form sent with Ctrl+Enter from its long text.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.closest("form")?.requestSubmit();
  }
});

// A refused form (422, 413 when it is too long to be read) or one that somebody overtook (409) comes back with its reasons: show it like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422 || event.detail.xhr.status === 413 || event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// The quick form of a card is emptied for the next contact: it becomes again what it was when the page came.
const fresh = document.querySelector("form#log-contact[hx-post]")?.outerHTML;
document.addEventListener("interaction-logged", (event) => {
  const form = event.target.closest("form#log-contact");
  if (form && fresh) {
    const writing = form.contains(document.activeElement);
    form.outerHTML = fresh;
    const emptied = document.getElementById("log-contact");
    // The new form has a name of its own: the next contact may well say the same as this one.
    for (const kept of ["#log-saved", "#log-submission"]) {
      emptied.querySelector(kept).replaceWith(form.querySelector(kept));
    }
    htmx.process(emptied);
    if (writing) {
      emptied.querySelector("textarea").focus({ preventScroll: true });
    }
  }
});

let charts;
function library() {
  charts ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.echarts;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return charts;
}

const drawn = new Map();

async function draw(element) {
  const echarts = await library();
  drawn.get(element)?.dispose();
  const chart = echarts.init(element, document.documentElement.dataset.bsTheme === "dark" ? "dark" : null);
  const option = JSON.parse(element.dataset.chart);
  option.backgroundColor = "transparent";
  option.animation = false;
  for (const axis of [option.xAxis, option.yAxis].flat()) {
    if (axis?.type === "value" && !axis.axisLabel?.formatter) {
      axis.axisLabel = { ...axis.axisLabel, formatter: (number) => number.toLocaleString(document.documentElement.lang) };
    }
  }

  chart.setOption(option);
  chart.on("click", (event) => {
    const address = event.data?.href;
    if (address) {
      location.assign(address);
    }
  });
  drawn.set(element, chart);
}

function drawAll(within) {
  for (const element of within.querySelectorAll("[data-chart]")) {
    draw(element);
  }
  for (const element of drawn.keys()) {
    if (!element.isConnected) {
      drawn.get(element).dispose();
      drawn.delete(element);
    }
  }
}

drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target.parentElement ?? document));
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
new MutationObserver(() => drawn.forEach((_, element) => draw(element)))
  .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

// What is pushed to this user's screens: each piece of news is heard on the body as crm:kind. Browsers allow few connections to one
// server, so the pages of one browser share one where it can choose a page for that (https only); elsewhere each visible page has its own.
if (document.body.dataset.live) {
  const shared = `crm-live-${document.body.dataset.user}`;
  const pages = new BroadcastChannel(shared);
  let source;
  let retry;
  let release;
  const hear = (news) => {
    if (news.id) {
      sessionStorage.setItem("crm-live", news.id);
    }
    document.body.dispatchEvent(new CustomEvent(`crm:${news.kind}`, { detail: news.data }));
  };
  pages.onmessage = (event) => hear(event.data);
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    const seen = sessionStorage.getItem("crm-live");
    source = new EventSource(document.body.dataset.live + (seen ? `?after=${encodeURIComponent(seen)}` : ""));
    source.onmessage = (event) => {
      const { kind, data } = JSON.parse(event.data);
      if (kind !== "beat") {
        const news = { id: event.lastEventId, kind, data };
        hear(news);
        pages.postMessage(news);
      }
    };
    source.onerror = () => {
      // The browser comes back by itself after a cut, not after an answer that was no stream.
      if (source?.readyState === EventSource.CLOSED) {
        retry = setTimeout(open, 15000);
      }
    };
  };
  const start = () => {
    if (navigator.locks) {
      navigator.locks.request(shared, () => {
        open();
        return new Promise((resolve) => { release = resolve; });
      });
    } else if (!document.hidden) {
      open();
    }
  };
  if (!navigator.locks) {
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  }
  addEventListener("pagehide", () => {
    close();
    release?.();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      start();
    }
  });
  start();
}

if (document.getElementById("calendar")) {
  import(document.body.dataset.calendar).then((calendar) => calendar.draw());
}
