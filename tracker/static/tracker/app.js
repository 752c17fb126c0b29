// Progressive enhancement only: every page works without this file.
// The address of the NHS components comes from the page, since production file names carry a hash.

const own = document.querySelector("script[data-components]");
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

const wanted = "[data-module='nhsuk-error-summary'], [data-module='nhsuk-notification-banner'], [data-module='nhsuk-button']";
if (own && document.querySelector(wanted)) {
  const components = await import(own.dataset.components);
  components.initErrorSummary(); // moves the focus to the summary, and from each line to its field
  components.initNotificationBanners(); // moves the focus to what just happened
  components.initButtons(); // a second click of a double click is ignored
}

// A block that follows work going on elsewhere: fetched again until the server says it is done.
async function follow(block) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = answer.ok && page.getElementById(block.id);
    if (!fresh) return location.reload();
    if (!fresh.dataset.refreshSeconds) return location.reload(); // done: show the whole page's new state
    if (fresh.innerHTML !== block.innerHTML) block.innerHTML = fresh.innerHTML;
  } catch {
    // The network went away; the next turn tries again.
  }
  return schedule(block);
}

function schedule(block) {
  setTimeout(follow, Number(block.dataset.refreshSeconds) * 1000, block);
}

document.querySelectorAll("[data-refresh-seconds][id]").forEach(schedule);
