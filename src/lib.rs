//! mujun
