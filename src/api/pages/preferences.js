(() => {
  const save = document.getElementById("save");
  const unsaved = document.getElementById("unsaved");
  const boxes = [...save.form.querySelectorAll("input[type=checkbox]")];
  const tell = () => {
    const changes = boxes.filter((box) => box.checked !== box.defaultChecked).length;
    save.disabled = changes === 0;
    const { none, one, many } = unsaved.dataset;
    unsaved.textContent = changes === 0 ? none : changes === 1 ? one : many.replace("{number}", changes);
  };
  save.form.addEventListener("change", tell);
  addEventListener("pageshow", tell);
  tell();
})();
