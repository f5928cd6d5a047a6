using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Twelve steps of each optimizer against PyTorch: optimizers.json.</summary>
public class OptimizerGoldenTests
{
    // Twelve steps, each rounding a weight of about 1 at 6e-8 and a step at a few of its own units.
    const double Tolerance = 1e-6;

    static readonly JsonElement Recorded = Golden.Load("optimizers.json");
    static readonly JsonElement[] Cases = [.. Recorded.GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Names => [.. Cases.Select(Name)];

    static string Name(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    static float Option(JsonElement recorded, string name, float otherwise) =>
        recorded.GetProperty("options").Find(name)?.GetSingle() ?? otherwise;

    static ParameterGroup[] Groups(JsonElement recorded)
    {
        var shapes = Recorded.GetProperty("groups");
        var initial = Recorded.GetProperty("initial");
        float[] rates = recorded.GetProperty("lr").Floats();
        int parameter = 0;
        return [.. rates.Select((rate, group) => new ParameterGroup(shapes[group].EnumerateArray().Select(
            shape => new Parameter(Tensor.From(initial[parameter++].Floats(), new Shape(shape.Ints())))))
        {
            LearningRate = rate,
        })];
    }

    static Optimizer Make(JsonElement recorded, ParameterGroup[] groups)
    {
        var options = recorded.GetProperty("options");
        double[] betas = options.Find("betas")?.Doubles() ?? [0.9, 0.999];
        double eps = options.Find("eps")?.GetDouble() ?? 1e-8;
        return recorded.GetProperty("optimizer").GetString() switch
        {
            "Adam" => new Adam(groups, 1, betas[0], betas[1], eps, Option(recorded, "weight_decay", 0)),
            "AdamW" => new AdamW(groups, 1, betas[0], betas[1], eps, Option(recorded, "weight_decay", 0.01f)),
            _ => new SGD(groups, 1, Option(recorded, "momentum", 0), Option(recorded, "dampening", 0),
                Option(recorded, "weight_decay", 0), options.Find("nesterov")?.GetBoolean() ?? false),
        };
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_is_PyTorchs(string name)
    {
        var recorded = Cases.Single(one => Name(one) == name);
        var groups = Groups(recorded);
        Parameter[] parameters = [.. groups.SelectMany(static group => group.Parameters)];
        var optimizer = Make(recorded, groups);
        var after = recorded.GetProperty("after");
        for (int step = 0; step < 12; step++)
        {
            optimizer.ZeroGrad();
            for (int i = 0; i < parameters.Length; i++)
            {
                float[] gradient = Recorded.GetProperty("gradients")[step][i].Floats();
                (parameters[i] + 0f).Backward(Tensor.From(gradient, parameters[i].Shape));
            }

            optimizer.Step();
            for (int i = 0; i < parameters.Length; i++)
                Near.Equal(after[step][i].Floats(), parameters[i].AsSpan(), Tolerance, $"step {step + 1}, parameter {i}");
        }

        CheckState(recorded.GetProperty("state"), optimizer.StateDict());
    }

    static void CheckState(JsonElement recorded, StateDict state)
    {
        for (int i = 0; i < recorded.GetArrayLength(); i++)
        {
            Assert.Equal(12, state[$"{i}.step"].Number);
            foreach (var entry in recorded[i].EnumerateObject().Where(static entry => entry.Name != "step"))
            {
                float[] expected = entry.Value.Floats();
                var actual = state[$"{i}.{entry.Name}"].Tensor.AsSpan();
                Assert.Equal(expected.Length, actual.Length);
                // Of any size from 1e-20 to 1e3: each to its own digits.
                for (int j = 0; j < expected.Length; j++)
                    Assert.True(Math.Abs(expected[j] - actual[j]) <= 1e-5 * Math.Abs(expected[j]), $"{i}.{entry.Name}[{j}]");
            }
        }
    }
}
