namespace Ballast.Lab;

/// <summary>What a layer of a chain does in a few batches of training: which of its units are ever above zero, how many of its values are
/// where an activation is flat, how large the gradient is that reaches it.</summary>
sealed class LayerVitals(string name, Module layer)
{
    // A slope below a hundredth of the largest: 1/4 for the sigmoid, 1 for tanh.
    const float FlatSigmoid = 0.0025f, FlatTanh = 0.01f;

    bool[]? alive;
    long values, flat;
    double inputSquares, gradientSum;
    long samples;
    int gradients;

    public string Name => name;

    public Module Layer => layer;

    /// <summary>How many units or channels it has; 0 before it ran.</summary>
    public int Units => alive?.Length ?? 0;

    /// <summary>How many of them gave zero for every sample.</summary>
    public int Dead => alive?.Count(static on => !on) ?? 0;

    /// <summary>The share of values at which a sigmoid or tanh is flat.</summary>
    public double FlatShare => values == 0 ? 0 : (double)flat / values;

    /// <summary>The size of the gradient at the layer's output, by that of its weight over the size of its input; not a number where
    /// it is not known.</summary>
    public double Gradient => gradients == 0 || samples == 0 || inputSquares == 0 ? double.NaN
        : gradientSum / gradients / Math.Sqrt(inputSquares / samples);

    /// <summary>Takes what went in and came out.</summary>
    public void Take(ForwardPass pass)
    {
        if (layer is ReLU or Sigmoid or Tanh)
            TakeOutput(pass.Output);
        else
            TakeInput(pass.Input);
    }

    /// <summary>Takes the gradient of its weight after a backward pass.</summary>
    public void TakeGradient()
    {
        if (layer is not (Linear or Conv2d)
            || layer.Parameters().FirstOrDefault(static parameter => parameter.Shape.Rank > 1) is not { Grad: { } gradient })
            return;
        double sum = 0;
        foreach (float value in gradient.AsSpan())
            sum += (double)value * value;
        gradientSum += Math.Sqrt(sum);
        gradients++;
    }

    void TakeInput(ObservedValues input)
    {
        foreach (float value in input.ToArray())
            inputSquares += (double)value * value;
        samples += input.Shape[0];
    }

    void TakeOutput(ObservedValues output)
    {
        float[] all = output.ToArray();
        int channels = output.Shape.Rank > 1 ? output.Shape[1] : 1, run = all.Length / output.Shape[0] / channels;
        alive ??= new bool[channels];
        for (int i = 0; i < all.Length; i++)
        {
            float y = all[i];
            if (y > 0)
                alive[i / run % channels] = true;
            flat += (layer is Sigmoid && y * (1 - y) < FlatSigmoid) || (layer is Tanh && 1 - y * y < FlatTanh) ? 1 : 0;
        }

        values += all.Length;
    }
}
