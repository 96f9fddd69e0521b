// Keeps a page current while somebody looks at it. It asks /live/ every 15 seconds, or every 3 on a page that waits.
// data-live="balance" or "unread": the element shows this value.
// data-renewed="news": when there are news, the element is fetched again from the page's own address.
// data-renewed="always": as "news", and also each time without news. data-waits: the page waits.
"use strict";
(() => {
  const { url, v } = document.currentScript.dataset;
  let version = v, last = Date.now(), failures = 0, timer;
  const all = (attribute) => [...document.querySelectorAll(`[${attribute}]`)];
  async function get(address) {
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10000) });
    return answer.ok ? answer : answer.status === 304 ? null : Promise.reject(answer);
  }
  async function look() {
    last = Date.now();
    const news = await (await get(`${url}?v=${version}`))?.json();
    const parts = all("data-renewed").filter((part) => news || part.dataset.renewed === "always");
    const fresh = parts.length && new DOMParser().parseFromString(await (await get(location)).text(), "text/html");
    for (const part of news ? all("data-live") : [])
      if (part.dataset.live === "balance") part.innerHTML = news.balance;
      else [part.textContent, part.parentElement.hidden] = [news.unread, !news.unread];
    const focused = document.activeElement.id;
    for (const part of parts) part.replaceWith(fresh.getElementById(part.id) ?? "");
    if (focused) document.getElementById(focused)?.focus();
    version = news?.v ?? version;
  }
  async function tick() {
    failures = await look().then(() => 0, () => Math.min(failures + 1, 6));
    plan();
  }
  function plan() {
    clearTimeout(timer);
    if (document.hidden) return;
    const pause = (all("data-waits").length ? 3000 : 15000) * 2 ** failures;
    timer = setTimeout(tick, Math.max(0, last + pause - Date.now()));
  }
  document.addEventListener("visibilitychange", plan);
  plan();
})();
