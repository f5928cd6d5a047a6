using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Activations and dropout against PyTorch: activations.json, dropout.json.</summary>
public class ActivationGoldenTests
{
    // A few roundings of 6e-8 on each value; gradients multiply several rounded factors.
    const double Tolerance = 3e-7;

    static JsonElement[] Cases(string file) => [.. Golden.Load(file).GetProperty("cases").EnumerateArray()];

    static (Module Layer, Func<Tensor, Tensor> Method) Activation(string name) => name switch
    {
        "LeakyReLU" => (new LeakyReLU(), static x => x.LeakyRelu()),
        "LeakyReLU 0.3" => (new LeakyReLU(0.3f), static x => x.LeakyRelu(0.3f)),
        "LeakyReLU -0.5" => (new LeakyReLU(-0.5f), static x => x.LeakyRelu(-0.5f)),
        "GELU" => (new GELU(), static x => x.Gelu()),
        "GELU tanh" => (new GELU(GeluApproximation.Tanh), static x => x.Gelu(GeluApproximation.Tanh)),
        "SiLU" => (new SiLU(), static x => x.Silu()),
        "Sigmoid" => (new Sigmoid(), static x => x.Sigmoid()),
        "Tanh" => (new Tanh(), static x => x.Tanh()),
        "erf" => (new Identity(), static x => x.Erf()),
        _ => throw new InvalidOperationException($"no activation {name}"),
    };

    [Fact]
    public void Every_activation_is_PyTorchs()
    {
        var recorded = Cases("activations.json");
        foreach (var one in recorded)
        {
            string name = one.GetProperty("name").GetString()!, activation = one.GetProperty("activation").GetString()!;
            var (layer, method) = Activation(activation);
            float[] input = one.GetProperty("input").Floats();
            var x = new Parameter(Tensor.From(input, [input.Length]));
            var y = method(x);
            Near.Equal(one.GetProperty("output").Floats(), y.AsSpan(), Tolerance, name);
            if (activation != "erf")
                Assert.Equal(Draw.Bits(y.AsSpan()), Draw.Bits(layer.Forward(x).AsSpan()));
            y.Backward(Tensor.From(one.GetProperty("cotangent").Floats(), [input.Length]));
            Near.Equal(one.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), Tolerance, name + ", gradient");
        }

        Assert.Equal(36, recorded.Length);
    }

    [Fact]
    public void Dropout_draws_and_scales_as_PyTorch_does_to_the_last_bit()
    {
        foreach (var one in Cases("dropout.json"))
        {
            foreach (bool own in new[] { false, true })
            {
                var generator = own ? new Generator(42) : Generator.Default.ManualSeed(42);
                generator.Uniform(new float[one.GetProperty("skip").GetInt32()]);
                Shape shape = new(one.GetProperty("shape").Ints());
                var x = new Parameter(Tensor.From(one.GetProperty("input").Floats(), shape));
                var layer = new Dropout(one.GetProperty("p").GetDouble(), own ? generator : null);
                Assert.Equal(one.GetProperty("first").Floats(), layer.Forward(x).ToArray());
                var second = layer.Forward(x);
                Assert.Equal(one.GetProperty("second").Floats(), second.ToArray());
                float[] following = new float[1];
                generator.Uniform(following);
                Assert.Equal(one.GetProperty("next").GetSingle(), following[0]);
                if (layer.P == 0)
                {
                    Assert.Same(x, second);
                }
                else
                {
                    second.Backward(Tensor.From(one.GetProperty("cotangent").Floats(), shape));
                    Assert.Equal(one.GetProperty("grad_input").Floats(), x.Grad!.ToArray());
                }

                layer.Eval();
                Assert.Equal(one.GetProperty("evaluation").Floats(), layer.Forward(x).ToArray());
            }
        }
    }
}
