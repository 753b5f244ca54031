"""One config on two backends, and what the program says of a device that is not there."""


def make(book):
    config = "configs/forecast/sunspots.toml"
    runs = {device: book.train(config, device, device=device) for device in ("flex", "ndarray")}
    rows = [[f"`{device}`", f"{run.metric('MAE'):.6f}", f"{run.metric('RMSE'):.6f}"] for device, run in runs.items()]
    book.table("same", ["`device`", "test MAE", "test RMSE"], rows)
    book.console("devices", "devices", keep=lambda text: "".join(line.rstrip() + "\n" for line in text.splitlines()))
    book.console("refused", "train", config, "--device", "cuda", "--out", "runs/book/backends/none", check=False)
