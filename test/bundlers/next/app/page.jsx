"use client";
import { useEffect, useState } from "react";

export default function Page() {
  const [text, setText] = useState("");
  useEffect(() => {
    import("./training.mjs")
      .then(({ train }) => train(2))
      .then(
        (told) => JSON.stringify(told),
        (error) => JSON.stringify({ error: String(error?.stack ?? error) }),
      )
      .then((line) => {
        console.log(line);
        setText(line);
      });
  }, []);
  return <pre>{text}</pre>;
}
