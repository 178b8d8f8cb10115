// A shop's own form in React, which sends it by script.

import { createRoot } from "react-dom/client";

const NOTICE = "Kestrel Coffee will write to you by email, about twice a month, about new coffees, brewing tips and offers. You can withdraw at any time, with the link in every message. More on our privacy page.";

function Newsletter({ placet }) {
  const send = (event) => {
    event.preventDefault();
    placet.capture(event.currentTarget);
  };
  return (
    <form className="panel ask" data-placet-form="example-react" onSubmit={send}>
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
