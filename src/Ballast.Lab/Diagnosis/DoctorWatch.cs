namespace Ballast.Lab;

/// <summary>A training that the <see cref="Doctor"/> watches.</summary>
public sealed class DoctorWatch : IDisposable
{
    readonly Module model;
    readonly DoctorOptions options;
    readonly Measurements measurements;
    readonly Probe probe;

    internal DoctorWatch(Module model, DoctorOptions options)
    {
        this.model = model;
        this.options = options;
        measurements = new Measurements(model);
        probe = Probe.Attach(model).OnBatchNorm(measurements.Take);
        // What the network gives is what comes out of the last layer of its chain.
        if (model is Sequential or Network && model.NamedChains().FirstOrDefault() is [.., var last])
            probe.OnForward(last.Name, measurements.TakeOutputs);
    }

    /// <summary>Says what was seen so far, and examines the network as <see cref="Doctor.Examine(Module, DoctorOptions)"/> does.</summary>
    public Diagnosis Examine() => Doctor.Examine(model, options, measurements);

    /// <summary>Ends the watching.</summary>
    public void Dispose() => probe.Dispose();
}
