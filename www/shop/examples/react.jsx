// A shop's own form in React. It is bound when it mounts and unbound when it unmounts.

import { useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";

const NOTICE = "Kestrel Coffee will write to you by email, about twice a month, about new coffees, brewing tips and offers. You can withdraw at any time, with the link in every message. More on our privacy page.";

function Newsletter({ placet }) {
  const form = useRef(null);
  useEffect(() => placet.bind(form.current), [placet]);
  return (
    <form ref={form} className="panel ask" data-placet-form="example-react" onSubmit={(event) => event.preventDefault()}>
      <p className="notice" data-placet-notice="newsletter-optin" data-placet-version="1">{NOTICE}</p>
      <div className="field">
        <label htmlFor="react-email">Email address</label>
        <input id="react-email" type="email" data-placet-address="email" autoComplete="email" required />
      </div>
      <label className="tick">
        <input type="checkbox" data-placet-channel="email" data-placet-purpose="newsletter" /> <span>Yes, send me the newsletter by email</span>
      </label>
      <button className="button" type="submit">Sign up</button>
    </form>
  );
}

export const start = (root, placet) => createRoot(root).render(<Newsletter placet={placet} />);
