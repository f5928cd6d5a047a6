namespace Ballast.Tests;

/// <summary>Convolutions of every rank against PyTorch's.</summary>
public class ConvolutionModuleTests : ModuleGoldens
{
    static readonly Dictionary<string, Made> Modules = new()
    {
        ["new Conv2d(2, 3, (3, 5))"] = Of(static () => new Conv2d(2, 3, (3, 5))),
        ["new Conv2d(2, 3, (2, 3), (1, 2), (0, 2), (2, 1))"] = Of(static () => new Conv2d(2, 3, (2, 3), (1, 2), (0, 2), (2, 1))),
        ["new Conv2d(4, 4, (3, 1), 2, (1, 0), groups: 2, bias: false)"] = Of(static () => new Conv2d(4, 4, (3, 1), 2, (1, 0), groups: 2, bias: false)),
        ["new Conv2d(4, 4, (1, 3), padding: (0, 1), groups: 4)"] = Of(static () => new Conv2d(4, 4, (1, 3), padding: (0, 1), groups: 4)),
        ["new Conv2d(2, 2, 3, padding: \"same\")"] = Of(static () => new Conv2d(2, 2, 3, padding: "same")),
        ["new Conv2d(2, 2, (2, 4), padding: \"same\", dilation: (1, 2))"] = Of(static () => new Conv2d(2, 2, (2, 4), padding: "same", dilation: (1, 2))),
        ["new Conv2d(2, 2, 2, padding: \"valid\")"] = Of(static () => new Conv2d(2, 2, 2, padding: "valid")),
        ["new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Reflect)"] = Of(static () => new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Reflect)),
        ["new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Reflect)"] = Of(static () => new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Reflect)),
        ["new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Replicate)"] = Of(static () => new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Replicate)),
        ["new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Replicate)"] = Of(static () => new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Replicate)),
        ["new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Circular)"] = Of(static () => new Conv2d(2, 2, 3, padding: (2, 1), paddingMode: PadMode.Circular)),
        ["new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Circular)"] = Of(static () => new Conv1d(2, 2, 4, 2, 2, paddingMode: PadMode.Circular)),
        ["new Conv2d(2, 2, (2, 3), padding: \"same\", paddingMode: PadMode.Reflect)"] = Of(static () => new Conv2d(2, 2, (2, 3), padding: "same", paddingMode: PadMode.Reflect)),
        ["new Conv3d(1, 2, 2, padding: 1, paddingMode: PadMode.Circular)"] = Of(static () => new Conv3d(1, 2, 2, padding: 1, paddingMode: PadMode.Circular)),
        ["new Conv1d(3, 4, 3)"] = Of(static () => new Conv1d(3, 4, 3)),
        ["new Conv1d(3, 17, 3, padding: 1)"] = Of(static () => new Conv1d(3, 17, 3, padding: 1)),
        ["new Conv1d(4, 4, 3, 2, 2, 2, 2, bias: false)"] = Of(static () => new Conv1d(4, 4, 3, 2, 2, 2, 2, bias: false)),
        ["new Conv1d(3, 3, 4, padding: \"same\", groups: 3)"] = Of(static () => new Conv1d(3, 3, 4, padding: "same", groups: 3)),
        ["new Conv3d(2, 3, 2)"] = Of(static () => new Conv3d(2, 3, 2)),
        ["new Conv3d(2, 2, (1, 3, 3), padding: (0, 1, 1))"] = Of(static () => new Conv3d(2, 2, (1, 3, 3), padding: (0, 1, 1))),
        ["new Conv3d(2, 4, (3, 1, 2), (2, 1, 2), (2, 0, 1), (1, 1, 2), 2)"] = Of(static () => new Conv3d(2, 4, (3, 1, 2), (2, 1, 2), (2, 0, 1), (1, 1, 2), 2)),
        ["new Conv3d(2, 2, 3, padding: 1, groups: 2)"] = Of(static () => new Conv3d(2, 2, 3, padding: 1, groups: 2)),
        ["new Conv3d(1, 2, (2, 2, 3), padding: \"same\")"] = Of(static () => new Conv3d(1, 2, (2, 2, 3), padding: "same")),
        ["new ConvTranspose1d(3, 2, 3)"] = Of(static () => new ConvTranspose1d(3, 2, 3)),
        ["new ConvTranspose1d(4, 6, 4, 3, 2, 1, 2, true, 2)"] = Of(static () => new ConvTranspose1d(4, 6, 4, 3, 2, 1, 2, true, 2)),
        ["new ConvTranspose1d(2, 3, 2, 1, 1, 2, dilation: 3)"] = Of(static () => new ConvTranspose1d(2, 3, 2, 1, 1, 2, dilation: 3)),
        ["new ConvTranspose2d(2, 3, 2, 2)"] = Of(static () => new ConvTranspose2d(2, 3, 2, 2)),
        ["new ConvTranspose2d(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias: false)"] = Of(static () => new ConvTranspose2d(2, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias: false)),
        ["new ConvTranspose2d(4, 4, 3, 2, 1, 1, 4)"] = Of(static () => new ConvTranspose2d(4, 4, 3, 2, 1, 1, 4)),
        ["new ConvTranspose2d(2, 2, 3, 2, 1).Forward(x, (4, 5))"] = new(static () => new ConvTranspose2d(2, 2, 3, 2, 1), static (m, x) => ((ConvTranspose2d)m).Forward(x[0], (4, 5))),
        ["new ConvTranspose3d(2, 3, 2, (1, 2, 1), (0, 1, 1))"] = Of(static () => new ConvTranspose3d(2, 3, 2, (1, 2, 1), (0, 1, 1))),
        ["new ConvTranspose3d(2, 2, (3, 2, 1), 2, 0, (1, 0, 1), 2, dilation: (1, 2, 1))"] = Of(static () => new ConvTranspose3d(2, 2, (3, 2, 1), 2, 0, (1, 0, 1), 2, dilation: (1, 2, 1))),
        ["F.Conv2d(x, w, b, (1, 2), 1)"] = Called(static x => Functional.Conv2d(x[0], x[1], x[2], (1, 2), 1)),
        ["F.Conv1d(x, w, null, 2, \"valid\")"] = Called(static x => Functional.Conv1d(x[0], x[1], null, 2, "valid")),
        ["F.Conv3d(x, w, groups: 2)"] = Called(static x => Functional.Conv3d(x[0], x[1], groups: 2)),
        ["F.ConvTranspose2d(x, w, b, 2, 1, 1)"] = Called(static x => Functional.ConvTranspose2d(x[0], x[1], x[2], 2, 1, 1)),
        ["F.ConvTranspose1d(x, w, groups: 2)"] = Called(static x => Functional.ConvTranspose1d(x[0], x[1], groups: 2)),
        ["F.ConvTranspose3d(x, w, b)"] = Called(static x => Functional.ConvTranspose3d(x[0], x[1], x[2])),
        ["F.Linear(x, w, b)"] = Called(static x => Functional.Linear(x[0], x[1], x[2])),
        ["new Conv1d(3, 4, (2, 3))"] = Of(static () => new Conv1d(3, 4, (2, 3))),
        ["new Conv2d(2, 2, 3, 2, \"same\")"] = Of(static () => new Conv2d(2, 2, 3, 2, "same")),
        ["new Conv2d(2, 2, 3, padding: \"equal\")"] = Of(static () => new Conv2d(2, 2, 3, padding: "equal")),
        ["new Conv2d(2, 2, 3, padding: 3, paddingMode: PadMode.Reflect)"] = Of(static () => new Conv2d(2, 2, 3, padding: 3, paddingMode: PadMode.Reflect)),
        ["new Conv3d(3, 4, 2, groups: 2)"] = Of(static () => new Conv3d(3, 4, 2, groups: 2)),
        ["new ConvTranspose2d(2, 2, 3, 2, 1, 2)"] = Of(static () => new ConvTranspose2d(2, 2, 3, 2, 1, 2)),
        ["new ConvTranspose2d(2, 2, 1, 1, 1)"] = Of(static () => new ConvTranspose2d(2, 2, 1, 1, 1)),
    };

    [Fact]
    public void Convolutions_are_PyTorchs() => Check("convolution-modules.json", Modules);

    [Fact]
    public void A_kernel_with_numbers_for_other_axes_is_refused() => Assert.Equal(
        "Conv1d: expected a kernel, stride and dilation of at least 1 and a padding of at least 0 for each of 1 axes, got kernel (2, 3), stride 1, "
            + "dilation 1, padding 0.", Assert.Throws<ArgumentException>(static () => new Conv1d(3, 4, (2, 3))).Message);

    [Fact]
    public void Layers_say_how_they_were_made()
    {
        Assert.Equal("Conv2d(2, 3, (3, 5), padding: \"same\", paddingMode: Reflect)", new Conv2d(2, 3, (3, 5), padding: "same", paddingMode: PadMode.Reflect).ToString());
        Assert.Equal("ConvTranspose2d(2, 3, 4, stride: 2, padding: (1, 0), outputPadding: 1, bias: false)",
            new ConvTranspose2d(2, 3, 4, 2, (1, 0), 1, bias: false).ToString());
        Assert.Equal([1, 3, 6, 5], new ConvTranspose2d(2, 3, 2, (2, 1)).OutputShape([1, 2, 3, 4]).ToArray());
    }
}
