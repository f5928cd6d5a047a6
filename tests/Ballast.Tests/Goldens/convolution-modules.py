"""Writes convolution-modules.json: convolutions over one to three axes of PyTorch 1.13.1 on CPU, plain and transposed. Run by hand in this
folder."""
from torch import nn
from torch.nn import functional as f
from modules import case, refused, write

c1, c2, c3, t1, t2, t3 = nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d
case("new Conv2d(2, 3, (3, 5))", lambda: c2(2, 3, (3, 5)), (2, 2, 5, 6))
case("new Conv2d(2, 3, (2, 3), (1, 2), (0, 2), (2, 1))", lambda: c2(2, 3, (2, 3), (1, 2), (0, 2), (2, 1)), (1, 2, 4, 5))
case("new Conv2d(4, 4, (3, 1), 2, (1, 0), groups: 2, bias: false)", lambda: c2(4, 4, (3, 1), 2, (1, 0), groups=2, bias=False), (1, 4, 5, 4))
case("new Conv2d(4, 4, (1, 3), padding: (0, 1), groups: 4)", lambda: c2(4, 4, (1, 3), padding=(0, 1), groups=4), (1, 4, 3, 4))
case("new Conv2d(2, 2, 3, padding: \"same\")", lambda: c2(2, 2, 3, padding="same"), (1, 2, 4, 3))
case("new Conv2d(2, 2, (2, 4), padding: \"same\", dilation: (1, 2))", lambda: c2(2, 2, (2, 4), padding="same", dilation=(1, 2)), (1, 2, 4, 5))
case("new Conv2d(2, 2, 2, padding: \"valid\")", lambda: c2(2, 2, 2, padding="valid"), (1, 2, 3, 3))
for word, mode in (("reflect", "Reflect"), ("replicate", "Replicate"), ("circular", "Circular")):
    case(f"new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.{mode})",
         lambda: c2(2, 2, 3, padding=(2, 1), padding_mode=word), (1, 2, 3, 4))
    case(f"new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.{mode})", lambda: c1(2, 2, 4, 2, 2, padding_mode=word), (1, 2, 5))
case("new Conv2d(2, 2, (2, 3), padding: \"same\", paddingMode: PadMode.Reflect)",
     lambda: c2(2, 2, (2, 3), padding="same", padding_mode="reflect"), (1, 2, 4, 4))
case("new Conv3d(1, 2, 2, padding: 1, paddingMode: PadMode.Circular)", lambda: c3(1, 2, 2, padding=1, padding_mode="circular"), (1, 1, 2, 3, 2))
case("new Conv1d(3, 4, 3)", lambda: c1(3, 4, 3), (2, 3, 7))
case("new Conv1d(3, 17, 3, padding: 1)", lambda: c1(3, 17, 3, padding=1), (2, 3, 5))
case("new Conv1d(4, 4, 3, 2, 2, 2, 2, bias: false)", lambda: c1(4, 4, 3, 2, 2, 2, 2, bias=False), (2, 4, 9))
case("new Conv1d(3, 3, 4, padding: \"same\", groups: 3)", lambda: c1(3, 3, 4, padding="same", groups=3), (1, 3, 6))
case("new Conv3d(2, 3, 2)", lambda: c3(2, 3, 2), (2, 2, 3, 3, 4))
case("new Conv3d(2, 2, (1, 3, 3), padding: (0, 1, 1))", lambda: c3(2, 2, (1, 3, 3), padding=(0, 1, 1)), (1, 2, 2, 4, 3))
case("new Conv3d(2, 4, (3, 1, 2), (2, 1, 2), (2, 0, 1), (1, 1, 2), 2)", lambda: c3(2, 4, (3, 1, 2), (2, 1, 2), (2, 0, 1), (1, 1, 2), 2),
     (1, 2, 4, 3, 4))
case("new Conv3d(2, 2, 3, padding: 1, groups: 2)", lambda: c3(2, 2, 3, padding=1, groups=2), (1, 2, 3, 3, 2))
case("new Conv3d(1, 2, (2, 2, 3), padding: \"same\")", lambda: c3(1, 2, (2, 2, 3), padding="same"), (1, 1, 3, 2, 3))
case("new ConvTranspose1d(3, 2, 3)", lambda: t1(3, 2, 3), (2, 3, 4))
case("new ConvTranspose1d(4, 6, 4, 3, 2, 1, 2, true, 2)", lambda: t1(4, 6, 4, 3, 2, 1, 2, True, 2), (1, 4, 5))
case("new ConvTranspose1d(2, 3, 2, 1, 1, 2, dilation: 3)", lambda: t1(2, 3, 2, 1, 1, 2, dilation=3), (1, 2, 4))
case("new ConvTranspose2d(2, 3, 2, 2)", lambda: t2(2, 3, 2, 2), (1, 2, 3, 2))
case("new ConvTranspose2d(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias: false)", lambda: t2(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias=False),
     (1, 2, 3, 4))
case("new ConvTranspose2d(4, 4, 3, 2, 1, 1, 4)", lambda: t2(4, 4, 3, 2, 1, 1, 4), (1, 4, 2, 3))
case("new ConvTranspose2d(2, 2, 3, 2, 1).Forward(x, (4, 5))", lambda: t2(2, 2, 3, 2, 1), (1, 2, 2, 3), call=lambda m, x: m(x, output_size=(4, 5)))
case("new ConvTranspose3d(2, 3, 2, (1, 2, 1), (0, 1, 1))", lambda: t3(2, 3, 2, (1, 2, 1), (0, 1, 1)), (1, 2, 2, 3, 2))
case("new ConvTranspose3d(2, 2, (3, 2, 1), 2, 0, (1, 0, 1), 2, dilation: (1, 2, 1))",
     lambda: t3(2, 2, (3, 2, 1), 2, 0, (1, 0, 1), 2, dilation=(1, 2, 1)), (1, 2, 2, 2, 2))
case("F.Conv2d(x, w, b, (1, 2), 1)", lambda: nn.Identity(), (1, 2, 4, 4), (3, 2, 2, 3), (3,),
     call=lambda m, x, w, b: f.conv2d(x, w, b, (1, 2), 1))
case("F.Conv1d(x, w, null, 2, \"valid\")", lambda: nn.Identity(), (2, 2, 6), (3, 2, 3), call=lambda m, x, w: f.conv1d(x, w, None, 2, "valid"))
case("F.Conv3d(x, w, groups: 2)", lambda: nn.Identity(), (1, 2, 3, 3, 3), (2, 1, 2, 1, 2), call=lambda m, x, w: f.conv3d(x, w, groups=2))
case("F.ConvTranspose2d(x, w, b, 2, 1, 1)", lambda: nn.Identity(), (1, 2, 3, 3), (2, 3, 3, 2), (3,),
     call=lambda m, x, w, b: f.conv_transpose2d(x, w, b, 2, 1, 1))
case("F.ConvTranspose1d(x, w, groups: 2)", lambda: nn.Identity(), (1, 4, 3), (4, 1, 2), call=lambda m, x, w: f.conv_transpose1d(x, w, groups=2))
case("F.ConvTranspose3d(x, w, b)", lambda: nn.Identity(), (1, 2, 2, 2, 2), (2, 1, 2, 1, 2), (1,),
     call=lambda m, x, w, b: f.conv_transpose3d(x, w, b))
case("F.Linear(x, w, b)", lambda: nn.Identity(), (2, 3, 4), (5, 4), (5,), call=lambda m, x, w, b: f.linear(x, w, b))
# Without the axis N.
case("new Conv1d(4, 4, 3, 2, 2, 2, 2, bias: false)", lambda: c1(4, 4, 3, 2, 2, 2, 2, bias=False), (4, 9))
case("new Conv2d(2, 3, (3, 5))", lambda: c2(2, 3, (3, 5)), (2, 5, 6))
case("new Conv2d(2, 2, (2, 3), padding: \"same\", paddingMode: PadMode.Reflect)",
     lambda: c2(2, 2, (2, 3), padding="same", padding_mode="reflect"), (2, 4, 4))
case("new Conv3d(2, 3, 2)", lambda: c3(2, 3, 2), (2, 3, 3, 4))
case("new ConvTranspose1d(4, 6, 4, 3, 2, 1, 2, true, 2)", lambda: t1(4, 6, 4, 3, 2, 1, 2, True, 2), (4, 5))
case("new ConvTranspose2d(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias: false)", lambda: t2(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias=False),
     (2, 3, 4))
case("new ConvTranspose2d(2, 2, 3, 2, 1).Forward(x, (4, 5))", lambda: t2(2, 2, 3, 2, 1), (2, 2, 3), call=lambda m, x: m(x, output_size=(4, 5)))
case("new ConvTranspose3d(2, 3, 2, (1, 2, 1), (0, 1, 1))", lambda: t3(2, 3, 2, (1, 2, 1), (0, 1, 1)), (2, 2, 3, 2))
case("F.Conv2d(x, w, b, (1, 2), 1)", lambda: nn.Identity(), (2, 4, 4), (3, 2, 2, 3), (3,),
     call=lambda m, x, w, b: f.conv2d(x, w, b, (1, 2), 1))
case("F.ConvTranspose3d(x, w, b)", lambda: nn.Identity(), (2, 2, 2, 2), (2, 1, 2, 1, 2), (1,),
     call=lambda m, x, w, b: f.conv_transpose3d(x, w, b))

refused("new Conv2d(2, 3, (3, 5))", lambda: c2(2, 3, (3, 5)), (3, 5, 6))
refused("new ConvTranspose1d(3, 2, 3)", lambda: t1(3, 2, 3), (4, 3))
refused("new Conv1d(3, 4, 3)", lambda: c1(3, 4, 3), (2, 4, 7))
refused("new Conv1d(3, 4, 3)", lambda: c1(3, 4, 3), (2, 3, 2))
refused("new Conv1d(3, 4, 3)", lambda: c1(3, 4, 3), (2, 3, 7, 7))
refused("new Conv1d(3, 4, (2, 3))", lambda: c1(3, 4, (2, 3)), (2, 3, 7))
refused("new Conv2d(2, 2, 3, 2, \"same\")", lambda: c2(2, 2, 3, 2, "same"), (1, 2, 4, 3))
refused("new Conv2d(2, 2, 3, padding: \"equal\")", lambda: c2(2, 2, 3, padding="equal"), (1, 2, 4, 3))
refused("new Conv2d(2, 2, 3, padding: 3, paddingMode: PadMode.Reflect)", lambda: c2(2, 2, 3, padding=3, padding_mode="reflect"), (1, 2, 3, 3))
refused("new Conv2d(2, 3, (3, 5))", lambda: c2(2, 3, (3, 5)), (2, 2, 5, 4))
refused("new Conv3d(2, 3, 2)", lambda: c3(2, 3, 2), (2, 2, 1, 3, 4))
refused("new Conv3d(3, 4, 2, groups: 2)", lambda: c3(3, 4, 2, groups=2), (2, 3, 3, 3, 4))
refused("new ConvTranspose1d(3, 2, 3)", lambda: t1(3, 2, 3), (2, 2, 4))
refused("new ConvTranspose2d(2, 2, 3, 2, 1, 2)", lambda: t2(2, 2, 3, 2, 1, 2), (1, 2, 2, 3))
refused("new ConvTranspose2d(2, 2, 3, 2, 1).Forward(x, (4, 5))", lambda: t2(2, 2, 3, 2, 1), (1, 2, 3, 3), call=lambda m, x: m(x, output_size=(4, 5)))
refused("new ConvTranspose2d(2, 2, 1, 1, 1)", lambda: t2(2, 2, 1, 1, 1), (1, 2, 2, 2))
refused("F.Conv2d(x, w, b, (1, 2), 1)", lambda: nn.Identity(), (1, 2, 4, 4), (3, 2, 2, 3), (2,), call=lambda m, x, w, b: f.conv2d(x, w, b, (1, 2), 1))
refused("F.Linear(x, w, b)", lambda: nn.Identity(), (2, 3, 4), (5, 3), (5,), call=lambda m, x, w, b: f.linear(x, w, b))
write("convolution-modules.json")
