using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>A trained model that draws icons. Icon i is the same whoever draws it and with whichever others.</summary>
public interface IIconSource : IDisposable
{
    /// <summary>How often a network is asked for one batch.</summary>
    int Calls { get; }

    /// <summary>Draws icons <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1, without gradients.</summary>
    /// <param name="first">Number of the first icon, from 0.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="progress">Told how many calls are done, after each.</param>
    /// <param name="cancellation">Heeded before each call.</param>
    /// <returns>float32 [count,3,H,W], pixels around −1…1, on the model's device.</returns>
    /// <exception cref="OperationCanceledException"/>
    Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation);

    /// <summary>Draws points on the ways between icons, without gradients. At its ends a way meets its two icons.</summary>
    /// <param name="points">At least one.</param>
    /// <param name="cancellation">Heeded before each call.</param>
    /// <returns>float32 [points,3,H,W], pixels around −1…1, on the model's device.</returns>
    /// <exception cref="OperationCanceledException"/>
    Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation);
}

/// <summary>A trained model that may have been told tags, so that icons can be asked for.</summary>
public interface ITaggedIcons : IIconSource
{
    /// <summary>As <see cref="IIconSource.Draw"/>, with other tags than the run's sampler asks for.</summary>
    /// <param name="with">Places of the tags of every icon in <see cref="IconTags.Names"/>, of a model that was told tags; null: those that its sampler asks for.</param>
    /// <inheritdoc cref="IIconSource.Draw"/>
    Tensor Draw(int first, int count, IReadOnlyList<int>? with, IProgress<int>? progress, CancellationToken cancellation);
}
