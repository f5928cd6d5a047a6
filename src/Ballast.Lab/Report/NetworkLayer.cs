namespace Ballast.Lab;

/// <summary>One station of the network in the report's diagram.</summary>
/// <param name="Name">What it is: <c>Linear</c>.</param>
/// <param name="Detail">Its size: <c>3,072 to 64</c>.</param>
/// <param name="Role">Whether both networks have it.</param>
public sealed record NetworkLayer(string Name, string Detail, LayerRole Role = LayerRole.Layer);

/// <summary>How a <see cref="NetworkLayer"/> is drawn.</summary>
public enum LayerRole
{
    /// <summary>A layer of both networks.</summary>
    Layer,

    /// <summary>A layer of the network with batch normalization only.</summary>
    Normalization,

    /// <summary>What goes in or comes out.</summary>
    End,
}
