// Draws a user's plans and lets them be dragged; the server decides whether a plan may be moved, and says why not.
const element = document.getElementById("calendar");
const say = (text) => {
  const place = document.getElementById("calendar-message");
  place.className = text ? "alert alert-warning py-2" : "";
  place.textContent = text ?? "";
};

// One after another: a plan dragged again before the answer to the first drag is sent with the version that this answer brings.
const versions = new Map();
let queue = Promise.resolve();
let waiting = 0;
let mixed = false;

function move(info) {
  say();
  waiting++;
  queue = queue.then(() => send(info)).finally(() => {
    if (--waiting === 0 && mixed) {
      mixed = false;
      info.view.calendar.refetchEvents();
    }
  });
}

async function send(info) {
  const { id, startStr: start, endStr: end, extendedProps } = info.event;
  const body = new URLSearchParams({ start, end: end ?? "", version: Math.max(extendedProps.version, versions.get(id) ?? 0) });
  let answer;
  try {
    const response = await fetch(`/calendar/${id}/move`, { method: "POST", body, headers: JSON.parse(document.body.getAttribute("hx-headers")) });
    answer = await response.json();
  } catch {
    answer = { version: 0, reason: element.dataset.failed };
  }
  if (answer.version > 0) {
    versions.set(id, answer.version);
  } else {
    info.revert();
    say(answer.reason ?? element.dataset.failed);
    mixed ||= waiting > 1; // a later drag is under way: what is drawn then is asked anew
  }
}

// Day and week show six to ten, and as far beyond as any plan reaches: what is not drawn would be missed.
function fit(calendar, plans) {
  let [first, last] = [6, 22];
  for (const { start, end, allDay } of plans) {
    if (allDay) {
      continue;
    }
    const ends = end.slice(11, 16);
    const isOver = end.slice(0, 10) > start.slice(0, 10); // midnight
    first = Math.min(first, isOver && ends > "00:00" ? 0 : Number(start.slice(11, 13)));
    last = Math.max(last, isOver ? 24 : Number(ends.slice(0, 2)) + (ends.slice(3) > "00" ? 1 : 0));
  }
  for (const [option, hour] of [["slotMinTime", first], ["slotMaxTime", last]]) {
    const time = `${String(hour).padStart(2, "0")}:00:00`;
    if (calendar.getOption(option) !== time) {
      calendar.setOption(option, time);
    }
  }
}

function script(source) {
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = source;
    tag.onload = resolve;
    tag.onerror = reject;
    document.head.append(tag);
  });
}

export async function draw() {
  for (const source of element.dataset.scripts.split(" ")) {
    await script(source); // each needs the one before
  }
  element.replaceChildren();
  const calendar = new window.FullCalendar.Calendar(element, {
    initialView: matchMedia("(max-width: 767.98px)").matches ? "listWeek" : "timeGridWeek",
    headerToolbar: { start: "prev,next today", center: "title", end: "timeGridDay,timeGridWeek,dayGridMonth,listWeek" },
    locale: element.dataset.language === "en" ? "en-gb" : element.dataset.language,
    timeZone: "UTC", // times are the user's wall clock already
    now: element.dataset.now,
    firstDay: 1,
    height: "auto",
    scrollTime: "08:00:00",
    slotMinTime: "06:00:00",
    slotMaxTime: "22:00:00",
    allDaySlot: true, // absences
    eventAllow: (place, plan) => place.allDay === plan.allDay,
    nowIndicator: true,
    editable: true,
    selectable: true,
    events: element.dataset.calendar,
    eventSourceSuccess: (plans) => fit(calendar, plans),
    eventDrop: move,
    eventResize: move,
    select: (range) => location.assign(range.allDay ? `/calendar/internal/new?kind=Holiday&firstDay=${range.startStr}&lastDay=${new Date(range.end - 1).toISOString().slice(0, 10)}` : `/interactions/new?state=Planned&back=/calendar&plannedStart=${range.startStr.slice(0, 16)}&plannedEnd=${range.endStr.slice(0, 16)}`),
  });
  calendar.render();
}
