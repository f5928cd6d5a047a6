using TorchSharp;
using static TorchSharp.torch;

namespace Ballast.Peers;

/// <summary>What is timed of TorchSharp.</summary>
static class Torches
{
    /// <summary>A result that is computed and disposed of.</summary>
    public static void Forward(Func<torch.Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _ = compute();
    }

    /// <summary>Random values; images channels last where they are wanted so.</summary>
    public static torch.Tensor Values(int[] shape, bool channelsLast)
    {
        if (!channelsLast || shape.Length != 4)
            return rand(Row.Longs(shape)) + 0.1;
        return (rand(shape[0], shape[2], shape[3], shape[1]) + 0.1).permute(0, 3, 1, 2);
    }

    /// <summary>Forward and backward.</summary>
    public static Action Both(Func<torch.Tensor[], torch.Tensor> layer, int[][] shapes, bool channelsLast)
    {
        torch.Tensor[] inputs = [.. shapes.Select(shape => Values(shape, channelsLast).detach().requires_grad_())];
        var gradient = ones_like(layer(inputs)).detach();
        return () =>
        {
            using var scope = NewDisposeScope();
            layer(inputs).backward([gradient]);
            foreach (var input in inputs)
                input.grad = null;
        };
    }

    /// <summary>A training step of a classifier.</summary>
    public static Action Step(
        nn.Module<torch.Tensor, torch.Tensor> network, Func<IEnumerable<TorchSharp.Modules.Parameter>, optim.Optimizer> optimizer, int[] shape,
        bool channelsLast)
    {
        var x = Values(shape, channelsLast);
        var labels = arange(shape[0]) % 10;
        var steps = optimizer(network.parameters());
        return () =>
        {
            using var scope = NewDisposeScope();
            steps.zero_grad();
            var loss = nn.functional.cross_entropy(network.forward(x), labels);
            loss.backward();
            steps.step();
            _ = loss.item<float>();
        };
    }
}
